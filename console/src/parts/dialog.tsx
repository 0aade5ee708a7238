"use client";
/** Mantine's modal as every dialog of ours uses it; fetched with the dialogs, so no part of the first load. */
import "@mantine/core/styles/Paper.layer.css";
import "@mantine/core/styles/Overlay.layer.css";
import "@mantine/core/styles/CloseButton.layer.css";
import "@mantine/core/styles/ScrollArea.layer.css";
import "@mantine/core/styles/ModalBase.layer.css";
import "@mantine/core/styles/Modal.layer.css";
import { Modal } from "@mantine/core";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Mantine } from "../theme/mantine.tsx";
import classes from "./dialog.module.css";

interface DialogProps {
  title: string;
  /** For what stands beside each other; on a narrow screen both are as wide as it. */
  wide?: boolean;
  /** A click beside it does not close it: what it shows is shown once. */
  careful?: boolean;
  opened: boolean;
  onClose: () => void;
  /** The dialog is gone from the page; whoever opened it puts the focus back. */
  onClosed: () => void;
  children: ReactNode;
}

export function Dialog({
  title,
  wide = false,
  careful = false,
  opened,
  onClose,
  onClosed,
  children,
}: DialogProps) {
  const text = useTranslations("dialog");
  return (
    <Mantine>
      <Modal.Root
        opened={opened}
        onClose={onClose}
        onExitTransitionEnd={onClosed}
        returnFocus={false}
        closeOnClickOutside={!careful}
        // To the content's root: a class on the content itself would also land on the frame around it.
        classNames={{ content: classes.content }}
        // The lock takes the scroll bar away, which moves the page sideways, by a style element that the CSP refuses.
        lockScroll={false}
        // From a fixed height on, so that the title stays where it is while the content grows and shrinks.
        yOffset="14dvh"
        size={wide ? 640 : 460}
        transitionProps={{ duration: 140, transition: "fade" }}
      >
        <Modal.Overlay backgroundOpacity={0.45} />
        <Modal.Content>
          {/* A plain element: Mantine's header would be a second banner of the page. */}
          <div className={classes.header}>
            <Modal.Title className={classes.title}>{title}</Modal.Title>
            <Modal.CloseButton aria-label={text("close")} />
          </div>
          <Modal.Body className={classes.body}>{children}</Modal.Body>
        </Modal.Content>
      </Modal.Root>
    </Mantine>
  );
}
