import { createTheme, type MantineColorsTuple } from "@mantine/core";

// Deep water: a petrol blue that is calm enough for a screen that is on all day.
const water: MantineColorsTuple = [
  "#e6f6f9",
  "#cfe9ef",
  "#a3d4df",
  "#72bece",
  "#4aabc0",
  "#2f9db5",
  "#0c7489",
  "#0c667a",
  "#0a5567",
  "#053d4b",
];

export const theme = createTheme({
  colors: { water },
  primaryColor: "water",
  primaryShade: { light: 6, dark: 6 },
  fontFamily: "'Inter Variable', system-ui, sans-serif",
  fontFamilyMonospace: "'JetBrains Mono Variable', ui-monospace, monospace",
  headings: { fontFamily: "'Inter Variable', system-ui, sans-serif", fontWeight: "650" },
  defaultRadius: "md",
  cursorType: "pointer",
  focusRing: "auto",
});
