/** What the test run's PostgreSQL calls its roles and its template; apart, so that test files do not load the set-up. */
export const API_ROLE = "cogni_api";
export const SERVICE_ROLE = "cogni_service";
export const TEMPLATE = "cogni_template";
