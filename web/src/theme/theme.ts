import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from "@mantine/core";

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

// Mantine's greys of the dark scheme, with a drop of the same water in them.
const dark: MantineColorsTuple = [
  "#cfdce1",
  "#b3c3ca",
  "#93a7af",
  "#6d838c",
  "#35484f",
  "#263a41",
  "#1b2b31",
  "#142126",
  "#0f1a1e",
  "#0a1215",
];

export const theme = createTheme({
  colors: { water, dark },
  primaryColor: "water",
  primaryShade: { light: 6, dark: 6 },
  fontFamily: "'Inter Variable', system-ui, sans-serif",
  fontFamilyMonospace: "'JetBrains Mono Variable', ui-monospace, monospace",
  headings: { fontFamily: "'Inter Variable', system-ui, sans-serif", fontWeight: "650" },
  defaultRadius: "md",
  cursorType: "pointer",
  focusRing: "auto",
});

// Mantine's own grey for notes has too little contrast on a card.
const quiet = {
  "--mantine-color-dimmed": "var(--quiet-text)",
  "--mantine-color-placeholder": "var(--quiet-text)",
};

export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: quiet,
  dark: quiet,
});
