/** `npm run build`: sets the checkout up and does no more, for a deployment that starts the server itself. */
import { giveUp } from "./lib/problems.mjs";
import { setup } from "./setup.mjs";

await setup().catch(giveUp);
