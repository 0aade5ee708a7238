/** By which what the operator's pages fetched is kept. */
export const GATEWAYS_KEY = ["operator", "gateways"];
export const TENANTS_KEY = ["operator", "tenants"];
export const USAGE_KEY = ["operator", "usage"];
