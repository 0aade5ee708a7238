/** A tenant's addresses in the console: `/t/<tenant>/<section>`. Without a tenant, `/<section>` leads to the person's own. */

/** @param section as `channels` or `settings/members` */
export const tenantPath = (tenant: string, section: string): string => `/t/${tenant}/${section}`;

/** The same section of another tenant; what lies deeper than a page is the first one's own and stays behind. */
export function switchedPath(path: string, tenant: string): string {
  const [, t, , section = "channels", page] = path.split("/");
  if (t !== "t") return tenantPath(tenant, "channels");
  return tenantPath(tenant, page === undefined ? section : `${section}/${page}`);
}
