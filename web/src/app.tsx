import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { Router } from "wouter";
import { useHashLocation } from "wouter/use-hash-location";
import { ApiError } from "./api/error";
import { Routes } from "./routes";
import { Shell } from "./shell/shell";
import { cssVariables, theme } from "./theme/theme";

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // What has changed is said by the coordinator; see api/changes.ts.
      staleTime: 1000,
      refetchOnWindowFocus: true,
      // A refusal stays one; only answers that did not come are asked for again.
      retry: (count, error) => count < 1 && !(error instanceof ApiError),
      // Whether the network is up says nothing about a coordinator on this machine.
      networkMode: "always",
    },
    mutations: { networkMode: "always" },
  },
});

export function App() {
  return (
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
      <QueryClientProvider client={queries}>
        <Router hook={useHashLocation}>
          <Shell>
            <Routes />
          </Shell>
        </Router>
      </QueryClientProvider>
    </MantineProvider>
  );
}
