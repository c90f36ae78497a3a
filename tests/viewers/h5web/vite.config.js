// SPDX-License-Identifier: GPL-3.0-or-later
import { defineConfig } from 'vite';
export default defineConfig({ esbuild: { jsx: 'automatic' }, worker: { format: 'es' }, build: { target: 'es2022', chunkSizeWarningLimit: 20000 }, optimizeDeps: { exclude: ['h5wasm'] } });
