/** A way to the test database that can be cut, as when PostgreSQL is down, and opened again. */
import { connect, createServer, type Socket } from "node:net";
import type { TestDatabase } from "./database.ts";

export interface FlakyDatabase {
  /** The same database, by this way. */
  readonly urls: Pick<TestDatabase, "apiUrl" | "serviceUrl" | "ownerUrl">;
  cut(): Promise<void>;
  restore(): Promise<void>;
}

export async function flakyDatabase(database: TestDatabase): Promise<FlakyDatabase> {
  const target = new URL(database.apiUrl);
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far).pipe(near);
  });
  const open = (port: number) => new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  await open(0);
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  const through = (url: string) => Object.assign(new URL(url), { port: String(port) }).href;
  return {
    urls: {
      apiUrl: through(database.apiUrl),
      serviceUrl: through(database.serviceUrl),
      ownerUrl: through(database.ownerUrl),
    },
    cut: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
    restore: () => open(port),
  };
}
