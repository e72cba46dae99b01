import { open, realpath } from 'node:fs/promises';
import type { Files } from './model/dependencies.ts';

/** The files of this machine. */
export const files: Files = {
  realPath: (path) => realpath(path),
  read: async (path, most) => {
    const file = await open(path);
    try {
      const bytes = new Uint8Array(most);
      let length = 0;
      for (;;) {
        const { bytesRead } = await file.read(bytes, length, most - length);
        length += bytesRead;
        if (bytesRead === 0 || length === most) return bytes.subarray(0, length);
      }
    } finally {
      await file.close();
    }
  },
};
