/** What every subject's views are made of. */
import { channelProblem, type ErrorCode } from "@cogni/contract";
import type { Page } from "@playwright/test";
import type { Tenant } from "../../../dev-env/src/seed.ts";

/** How one gets to a page or dialog, signed in already, until it shows. @param tenant the one who is signed in, but for the platform's pages */
export type Open = (page: Page, tenant: Tenant) => Promise<void>;

/** Views of one subject; their names are in those of tests. */
export interface Views {
  /** Looked at by `npm test`, too. */
  readonly pages: Readonly<Record<string, Open>>;
  /** Further states of pages that are looked at anyway, and dialogs: in `npm run test:long` alone, for each takes two seconds. */
  readonly further: Readonly<Record<string, Open>>;
}

export const DAY_MS = 86_400_000;
export const AT = "2026-05-04T12:00:00.000Z";
export const LONG_NAME = "Donaudampfschifffahrtsgesellschaft ".repeat(2).trim();

/** Answers a request with what was made for it. */
export const answered = (page: Page, path: string, json: object) =>
  page.route(`**/api/v1/${path}`, (route) => route.fulfill({ json }));

/** A refusal as the API answers it. */
export const refusal = (code: ErrorCode, status: number) => ({
  status,
  contentType: "application/problem+json",
  json: { ...channelProblem(code), title: "", detail: "", type: "about:blank", status, requestId: "made" },
});
