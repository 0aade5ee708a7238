/** What a new password may not be, beyond what its form says. */
import { AppError } from "../errors.ts";

/**
 * @param email in lower case
 * @throws AppError invalid_request
 */
export function refuseEmailAsPassword(password: string, email: string): void {
  if (password.trim().toLowerCase() !== email) return;
  throw new AppError("invalid_request", {
    errors: [{ path: "password", message: "must not be the e-mail" }],
  });
}
