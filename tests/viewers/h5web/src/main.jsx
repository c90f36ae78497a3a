// SPDX-License-Identifier: GPL-3.0-or-later
// Opens ?file=/data/NAME.h5 (served from 127.0.0.1) with the h5wasm provider, as myHDF5 / VS Code H5Web do.
import React, { useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from '@h5web/app';
import { H5WasmBufferProvider } from '@h5web/h5wasm';
import '@h5web/app/styles.css';

function Page() {
  const url = new URLSearchParams(location.search).get('file');
  const path = new URLSearchParams(location.search).get('path') || undefined;
  const [buffer, setBuffer] = useState();
  useEffect(() => { fetch(url).then(r => r.arrayBuffer()).then(setBuffer); }, [url]);
  if (!buffer) return <p>loading {url}</p>;
  return (
    <H5WasmBufferProvider filename={url.split('/').pop()} buffer={buffer}>
      <App initialPath={path} />
    </H5WasmBufferProvider>);
}
createRoot(document.getElementById('root')).render(<Page />);
