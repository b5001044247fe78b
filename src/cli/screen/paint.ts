/** The few colours that mean something; off for NO_COLOR, dumb terminals and pipes. */
import { styleText } from "node:util";

export interface Paint {
  good(text: string): string;
  bad(text: string): string;
  warn(text: string): string;
  faint(text: string): string;
  strong(text: string): string;
}

const plain = (text: string): string => text;

export const COLORLESS: Paint = { good: plain, bad: plain, warn: plain, faint: plain, strong: plain };

export const COLORED: Paint = {
  good: (text) => styleText("green", text),
  bad: (text) => styleText("red", text),
  warn: (text) => styleText("yellow", text),
  faint: (text) => styleText("dim", text),
  strong: (text) => styleText("bold", text),
};
