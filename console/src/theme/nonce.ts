"use client";
/** The CSP's nonce, for what adds a style element while the page runs; empty where no policy is set. */
import { createContext } from "react";

export const NonceContext = createContext("");
