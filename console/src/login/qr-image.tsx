"use client";
/** A code, black on white in both themes because scanners want it so, swapped without a flash when it rotates. */
import { useEffect, useState } from "react";
import classes from "./login.module.css";

interface QrImageProps {
  /** A data URL; null before the first. */
  qr: string | null;
  alt: string;
  /** It can't be scanned any more, or not yet again. */
  dimmed: boolean;
  busy: boolean;
}

export function QrImage({ qr, alt, dimmed, busy }: QrImageProps) {
  const shown = useDecoded(qr);
  return (
    <div className={classes.code} data-dimmed={dimmed} data-busy={busy}>
      {/* biome-ignore lint/performance/noImgElement: a data URL, which there is nothing to optimise about */}
      {shown && <img src={shown} alt={alt} />}
    </div>
  );
}

/** The last image that is ready to be painted: a new one replaces it in one frame, never over a blank. */
function useDecoded(src: string | null): string | null {
  const [decoded, setDecoded] = useState<string | null>(null);
  useEffect(() => {
    if (src === null) return;
    let current = true;
    const image = new Image();
    image.src = src;
    const show = () => current && setDecoded(src);
    // One that can't be decoded is shown as the browser shows such: by its text.
    image.decode().then(show, show);
    return () => {
      current = false;
    };
  }, [src]);
  return decoded;
}
