/** The channels of a tenant, in each state, and what their cards lead to. */
import { type ChannelStatus, channelProblem, channelStateSchema, type Timeline } from "@cogni/contract";
import { expectPage } from "../browsing.ts";
import { byCode, drawn, everyState, nothing } from "./drawn.ts";
import { answered, DAY_MS, type Views } from "./views.ts";

function madeTimeline(): Timeline {
  const at = (days: number): string => new Date(Date.now() - days * DAY_MS).toISOString();
  const shares = [null, 1, 0.97, 1, 0, 1, 1];
  return {
    from: at(7),
    to: at(0),
    channels: channelStateSchema.options.map((state) => ({
      channel: `made-${state.replaceAll("_", "-")}` as ChannelStatus["channel"],
      upShare: 0.9871,
      parts: shares.map((upShare, index) => ({ from: at(7 - index), upShare })),
      changes: [
        { at: at(6), state: "connected", code: null },
        { at: at(3), state: "action_required", code: "credential_refused" },
        { at: at(2), state: "connected", code: null },
      ],
    })),
  };
}

export const channels: Views = {
  pages: {
    "channels, in every state": async (page) => {
      await drawn(page, everyState);
      await expectPage(page.getByText("The messenger gateway does not answer.").first()).toBeVisible();
      await expectPage(page.getByRole("listitem").filter({ hasText: "Made" })).toHaveCount(8);
    },
    "the last days": async (page) => {
      await answered(page, "channels/timeline", madeTimeline());
      await drawn(page, everyState);
      const name = "Made connected: Up 98.7% in the last 7 days. Show what happened";
      await page.getByRole("button", { name }).click();
      await expectPage(page.getByRole("dialog").getByRole("listitem")).toHaveCount(3);
    },
    "the disconnect dialog": async (page) => {
      await drawn(page, everyState);
      await page.getByRole("button", { name: "More actions for Made connected" }).click();
      await page.getByRole("menuitem", { name: "Disconnect" }).click();
      await expectPage(page.getByRole("dialog", { name: "Disconnect Made connected?" })).toBeVisible();
    },
  },
  further: {
    "channels, none on offer": async (page) => {
      await drawn(page, nothing);
      await expectPage(page.getByRole("heading", { name: "No messengers on offer yet" })).toBeVisible();
    },
    "channels, failed to load": async (page) => {
      await page.route("**/api/v1/channels/status", (route) => route.fulfill({ status: 500, body: "" }));
      await page.goto("/channels");
      await expectPage(page.getByRole("heading", { name: "This did not load" })).toBeVisible();
    },
    "a channel that is being installed": async (page) => {
      await drawn(page, byCode({ problem: channelProblem("channel_installing") }));
      await expectPage(page.getByText("This channel is still being set up.")).toBeVisible();
      await expectPage(page.getByRole("button", { name: "Connect Made" })).toHaveCount(0);
    },
    "a card's menu": async (page) => {
      await drawn(page, everyState);
      await page.getByRole("button", { name: "More actions for Made connected" }).click();
      await expectPage(page.getByRole("menu")).toBeVisible();
    },
  },
};
