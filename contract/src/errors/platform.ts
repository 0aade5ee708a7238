/** Failures of the installation, as operators meet it. */
import { words } from "./words.ts";

export const PLATFORM_ERRORS = {
  tenant_exists: words(
    409,
    "Tenant exists",
    "There is already a tenant of that id.",
    "Choose another id.",
    "fix_request",
  ),
  unknown_gateway: words(
    404,
    "Unknown gateway",
    "There is no gateway of that id.",
    "Use one that GET /api/v1/operator/gateways lists.",
    "fix_request",
  ),
  database_outdated: words(
    500,
    "Database too old",
    "The PostgreSQL server is older than this program supports.",
    "Upgrade it to PostgreSQL 15 or later.",
    "contact_operator",
  ),
  schema_newer: words(
    500,
    "Schema is newer",
    "A later version of this program has already changed the database.",
    "Start that version, or restore a backup from before the upgrade.",
    "contact_operator",
  ),
  database_role_privileged: words(
    500,
    "Database role too powerful",
    "The database user of the API could see past the wall between tenants.",
    "Name a user without privileges in DATABASE_URL, unlike those of the other two database settings.",
    "contact_operator",
  ),
  encryption_key_missing: words(
    500,
    "Encryption key missing",
    "Stored credentials were sealed with an encryption key that is not set.",
    "Put that key into CHANNEL_ENCRYPTION_KEYS_PREVIOUS; if it is lost, run “npm run ops -- credentials forget”.",
    "contact_operator",
  ),
} as const;
