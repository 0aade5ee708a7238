/** In which order the cards stand, and which of them changed: what a poll may do to a page without anything jumping. */
import type { ChannelId, ChannelStatus } from "@cogni/contract";

/**
 * The order of the cards. At first the connected ones, then the rest, each as the API lists them; after that a card
 * keeps its place, whatever its state becomes, until the page is opened anew.
 */
export function keepOrder(shown: readonly ChannelId[], channels: readonly ChannelStatus[]): ChannelId[] {
  const offered = channels.map((channel) => channel.channel);
  const added = channels.filter((channel) => !shown.includes(channel.channel));
  const inUse = added.filter(isInUse).map((channel) => channel.channel);
  const others = added.filter((channel) => !isInUse(channel)).map((channel) => channel.channel);
  return [...shown.filter((channel) => offered.includes(channel)), ...inUse, ...others];
}

/** The channels whose state differs from the last document's; a channel seen for the first time is no change. */
export function changedStates(
  before: readonly ChannelStatus[],
  after: readonly ChannelStatus[],
): ChannelStatus[] {
  const states = new Map(before.map((channel) => [channel.channel, channel.state]));
  return after.filter((channel) => {
    const last = states.get(channel.channel);
    return last !== undefined && last !== channel.state;
  });
}

/** The channels on which more people wait than in the last document. */
export function moreSenders(
  before: readonly ChannelStatus[],
  after: readonly ChannelStatus[],
): ChannelStatus[] {
  const counts = new Map(before.map((channel) => [channel.channel, channel.pendingSenders]));
  return after.filter(
    ({ channel, pendingSenders }) => pendingSenders > (counts.get(channel) ?? pendingSenders),
  );
}

function isInUse(channel: ChannelStatus): boolean {
  return channel.accountId !== null && channel.state !== "not_connected";
}
