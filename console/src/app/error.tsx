"use client";
/** A page that threw: a fault of ours, so there is one thing to do. */
import { useTranslations } from "next-intl";
import { Button } from "../parts/button.tsx";
import { Notice } from "../parts/notice.tsx";

export default function ErrorPage({ retry }: { error: Error; retry: () => void }) {
  const text = useTranslations("error");
  return (
    <Notice title={text("title")} text={text("text")}>
      <Button variant="filled" onClick={retry}>
        {text("retry")}
      </Button>
    </Notice>
  );
}
