"use client";
/** The cards' true layout, before there is anything to put into it. */
import { useTranslations } from "next-intl";
import classes from "./card-skeletons.module.css";
import card from "./channel-card.module.css";
import page from "./channels-page.module.css";

const COUNT = 4;

export function CardSkeletons() {
  const text = useTranslations("channels");
  return (
    <div className={page.cards} aria-busy="true">
      <span className="unseen">{text("loading")}</span>
      {Array.from({ length: COUNT }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike
        <div key={index} className={card.card} aria-hidden="true">
          <div className={card.head}>
            <span className={`${card.glyph} ${classes.bone}`} />
            <div className={card.names}>
              <div className={classes.bone} data-size="title" />
              <div className={classes.bone} data-size="state" />
            </div>
          </div>
          <div className={card.body}>
            <div className={classes.bone} data-size="fact" />
            <div className={classes.bone} data-size="state" />
          </div>
        </div>
      ))}
    </div>
  );
}
