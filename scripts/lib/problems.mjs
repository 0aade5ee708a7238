/** What goes wrong on other people's machines, in words that say what to do. */

/** A set-up that can't go on; `output` is what the failed command printed. */
export class SetupError extends Error {
  /** @param {string} message @param {string} [output] */
  constructor(message, output = "") {
    super(message);
    this.output = output;
  }
}

/** The first pattern that a failed command's output matches names the cause. */
const CAUSES = [
  [/ENOSPC/, "the disk is full. Packages and build need about 2 GB; make room and start again."],
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|network request/i,
    "the npm registry can't be reached. Check the network, or the proxy and registry in npm's configuration.",
  ],
  [
    /CERT|self.signed/i,
    "the npm registry's certificate isn't trusted. Point npm's `cafile` to the right authority.",
  ],
  [/E401|E403|E404/, "the npm registry refused a package. Check the registry in npm's configuration."],
  [
    /can only install packages when your package.json/,
    "package-lock.json doesn't fit package.json. Run `npm install`.",
  ],
  [/EACCES|EPERM|EROFS/, "a folder isn't writable. The checkout has to belong to whoever runs this."],
  [/heap out of memory|SIGKILL|ENOMEM/, "memory ran out. The build needs about 2 GB."],
];

/** @param {string} output */
export function diagnose(output) {
  return CAUSES.find(([pattern]) => pattern.test(output))?.[1] ?? "see the last lines above.";
}

/**
 * Prints what went wrong and ends with exit code 1; an error of our own code keeps its stack.
 * @param {unknown} error
 */
export function giveUp(error) {
  if (!(error instanceof SetupError)) throw error;
  const tail = error.output.trim().split("\n").slice(-20).join("\n");
  process.stderr.write(`${tail === "" ? "" : `${tail}\n`}\n${error.message}\n`);
  process.exitCode = 1;
}

/**
 * Refuses a machine that the parts don't run on, before anything is downloaded.
 * @param {{ version: string, platform: string, arch: string, musl: boolean, hasOwnNode: boolean }} machine
 */
export function checkMachine({ version, platform, arch, musl, hasOwnNode }) {
  if (Number(version.split(".")[0]) < 20) {
    throw new SetupError(`This is Node ${version}, and Node 20 or later is needed: https://nodejs.org`);
  }
  if (platform === "win32")
    throw new SetupError("Windows is supported through WSL2: run the same command there.");
  if (!["linux", "darwin"].includes(platform) || !["x64", "arm64"].includes(arch)) {
    throw new SetupError(`${platform} on ${arch} isn't supported: Linux and macOS on x64 or arm64 are.`);
  }
  if (musl)
    throw new SetupError(
      "This Linux has musl; PostgreSQL's binaries need glibc (Debian, Ubuntu, Fedora, …).",
    );
  if (platform === "darwin" && arch === "x64" && !hasOwnNode) {
    throw new SetupError(
      "On a Mac with an Intel processor, install Node 24.16 or later first: https://nodejs.org",
    );
  }
}
