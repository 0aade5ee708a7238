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
  opened: boolean;
  onClose: () => void;
  /** The dialog is gone from the page; whoever opened it puts the focus back. */
  onClosed: () => void;
  children: ReactNode;
}

export function Dialog({ title, opened, onClose, onClosed, children }: DialogProps) {
  const text = useTranslations("dialog");
  return (
    <Mantine>
      <Modal
        classNames={{
          header: classes.header,
          title: classes.title,
          body: classes.body,
          content: classes.content,
        }}
        title={title}
        opened={opened}
        onClose={onClose}
        onExitTransitionEnd={onClosed}
        returnFocus={false}
        // tokens.css keeps the page still: the library's own lock adds a style element, which the CSP refuses.
        lockScroll={false}
        centered
        size={460}
        overlayProps={{ backgroundOpacity: 0.45 }}
        transitionProps={{ duration: 140, transition: "fade" }}
        closeButtonProps={{ "aria-label": text("close") }}
      >
        {children}
      </Modal>
    </Mantine>
  );
}
