/** What a page is called and about, and beside it what one does there first. */
import type { ReactNode, Ref } from "react";
import page from "./list-page.module.css";

interface PageHeadProps {
  title: string;
  lead: string;
  /** For a page that gives it the focus, when whatever had it is gone. */
  titleRef?: Ref<HTMLHeadingElement>;
  children?: ReactNode;
}

export function PageHead({ title, lead, titleRef, children }: PageHeadProps) {
  return (
    <div className={page.head}>
      <div>
        <h1 {...(titleRef && { ref: titleRef, tabIndex: -1 })}>{title}</h1>
        <p>{lead}</p>
      </div>
      {children}
    </div>
  );
}
