/** After each file of the shared world: its accounts are taken down, so that the next file finds the gateway as free. */
import { afterAll } from "vitest";
import { leaveWorld } from "../../dev-env/src/world-client.ts";

afterAll(leaveWorld);
