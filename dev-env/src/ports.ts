/** Which loopback ports are free, and the words for one that is not. */
import { once } from "node:events";
import { createServer } from "node:net";

/** For the person at the terminal: `message` says what to do, and the stack would only hide it. */
export class UserError extends Error {}

export async function freePort(): Promise<number> {
  const port = await tryListen(0, "127.0.0.1");
  if (port === null) throw new Error("no free port on this machine");
  return port;
}

/** The port of the last time, if nobody took it meanwhile. */
export async function keptPort(port: number | undefined): Promise<number> {
  return port !== undefined && (await tryListen(port, "127.0.0.1")) !== null ? port : freePort();
}

/** @throws UserError naming port and setting; also where only the IPv6 side of `localhost` is taken */
export async function demandPort(port: number, setting: string): Promise<void> {
  for (const host of ["127.0.0.1", "::1"]) {
    if ((await tryListen(port, host)) !== null) continue;
    throw new UserError(
      `Port ${port} is taken by another program. Stop that program, or choose another port with the setting ` +
        `${setting}, as in: ${setting}=${port + 100} npm start`,
    );
  }
}

/** The port that could be opened, null for a taken one. A machine without IPv6 has every port of it free. */
async function tryListen(port: number, host: string): Promise<number | null> {
  const server = createServer().listen(port, host);
  try {
    await once(server, "listening");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "";
    if (["EADDRNOTAVAIL", "EAFNOSUPPORT"].includes(code)) return port;
    if (code === "EADDRINUSE") return null;
    if (code === "EACCES")
      throw new UserError(`Port ${port} may not be opened by this user: choose one above 1023.`);
    throw error;
  }
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : port;
}
