import { httpClient } from '../http/http-client.js';
import { loginHeader } from '../http/login-header.js';
import type { ImageSource } from './image-source.js';
import { layoutSource } from './layout-source.js';
import { openAt } from './open-at.js';
import type { RegistrySettings } from './registry.js';

/** An OCI image layout that a web server gives as plain files. `url` is the address of its folder. */
export function httpLayoutSource(settings: RegistrySettings): ImageSource {
  const { url } = settings;
  const headers = loginHeader(settings);
  const http = httpClient({ system: 'image layout', maxRedirects: 5, ...settings, headers });
  return layoutSource({
    name: url,
    read: async (path, signal) => {
      const { status, body } = await http.request<Buffer>({
        method: 'GET',
        path,
        accept: [200, 404],
        read: 'bytes',
        ...(signal && { signal }),
      });
      return status === 404 ? undefined : body;
    },
    open: (path, from, signal) => openAt(http, path, from, signal),
  });
}
