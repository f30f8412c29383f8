// Marks on nodes, and what a press on a node does; they change seldom.

import { createContext } from "react";

export interface GraphMarks {
  bottleneck?: string;
  watermarkHolder?: string;
  selected?: string;
  open: (vertex: string) => void;
}

export const MarksContext = createContext<GraphMarks>({ open: () => undefined });
