"use client";
/** The link opens nothing, or nothing any more. */
import { useTranslations } from "next-intl";
import { Panel } from "../parts/panel.tsx";
import { ConnectFrame } from "./connect-frame.tsx";

export function EndedLink() {
  const text = useTranslations("connectLink");
  return (
    <ConnectFrame brand={null}>
      <Panel title={text("ended.title")} text={text("ended.text")} />
    </ConnectFrame>
  );
}
