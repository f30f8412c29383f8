import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// The coordinator that `npm run dev` and `npm run preview` pass API calls to.
const coordinator = process.env.PENSTOCK_URL ?? "http://127.0.0.1:8081";

// Every path of the API has its first word here; all others belong to the dashboard.
const api =
  "^/(v1/|openapi.json|overview|config|cluster|stream|metrics|jobs|jars|plugins|taskmanagers|jobmanager|savepoint-disposal)";

// The coordinator refuses changes from other origins than its own.
const proxy = {
  [api]: { target: coordinator, headers: { origin: coordinator }, changeOrigin: true },
};

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { "@": new URL("./src", import.meta.url).pathname } },
  server: { proxy },
  preview: { proxy },
  build: {
    target: "es2022",
    // Names depend on content only, so that the same sources make the same bundle.
    rollupOptions: {
      output: {
        entryFileNames: "assets/[name]-[hash].js",
        chunkFileNames: "assets/[name]-[hash].js",
        assetFileNames: "assets/[name]-[hash][extname]",
      },
    },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1000,
  },
});
