/**
 * Answers the gateway's exec secret provider: hands the request to the control plane's internal port and its answer
 * back. Plain JavaScript without dependencies, because a gateway's host may have nothing but Node, and because it runs
 * at every config write (docs of OpenClaw: gateway/secrets, exec provider, protocol version 1).
 *
 * Whatever fails, it answers in time with an error per id instead of dying: the gateway then blocks the accounts that
 * need a new value and runs on. Nothing that may hold a credential is ever printed.
 *
 * Usage: node resolve.mjs <settings file: {url, token, timeoutMs}>
 */
import { readFileSync } from "node:fs";
import { request } from "node:http";
import { request as requestTls } from "node:https";

const input = await readAll(process.stdin);
process.stdout.write(await resolve(input).catch((error) => unavailable(input, error)));

async function resolve(body) {
  const { url, token, timeoutMs } = JSON.parse(readFileSync(process.argv[2], "utf8"));
  const { status, text } = await post(url, token, timeoutMs, body);
  if (status !== 200) throw new Error(`the control plane answered ${status}`);
  const { values, errors } = JSON.parse(text);
  return JSON.stringify({ protocolVersion: 1, values, errors });
}

/** One request in all, within `timeoutMs` from beginning to end. */
function post(url, token, timeoutMs, body) {
  return new Promise((done, fail) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const send = new URL(url).protocol === "https:" ? requestTls : request;
    const call = send(url, { method: "POST", headers, signal }, (response) => {
      readAll(response).then((text) => done({ status: response.statusCode, text }), fail);
    });
    call.on("error", fail);
    call.end(body);
  });
}

/** The reason goes to standard error in our own words: a parser's message may quote what it parsed. */
function unavailable(body, error) {
  const reason = error.code ?? (error instanceof SyntaxError ? "malformed JSON" : error.name);
  process.stderr.write(`cogni resolver: no credentials: ${reason}\n`);
  const { ids } = JSON.parse(body);
  return JSON.stringify({
    protocolVersion: 1,
    values: {},
    errors: Object.fromEntries(ids.map((id) => [id, { code: "UNAVAILABLE" }])),
  });
}

async function readAll(stream) {
  let text = "";
  for await (const chunk of stream.setEncoding("utf8")) text += chunk;
  return text;
}
