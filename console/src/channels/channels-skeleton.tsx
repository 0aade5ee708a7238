"use client";
/** The page as it is before it is known whose it is. */
import { useTranslations } from "next-intl";
import { CardSkeletons } from "./card-skeletons.tsx";
import classes from "./channels-page.module.css";
import { StatusLine } from "./status-line.tsx";

export function ChannelsSkeleton() {
  const text = useTranslations("channels");
  return (
    <div className={classes.page}>
      <div className={classes.heading}>
        <h1>{text("title")}</h1>
        <StatusLine document={undefined} failing={false} live />
      </div>
      <CardSkeletons />
    </div>
  );
}
