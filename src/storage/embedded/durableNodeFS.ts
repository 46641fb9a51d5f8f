import fs from 'node:fs';
import { NodeFS } from '@electric-sql/pglite/nodefs';

/** Makes fsync write to the disk. Without it, fsync does nothing, because Emscripten's Node file system does not implement it. */
export class DurableNodeFS extends NodeFS {
  override async init(...args: Parameters<NodeFS['init']>): ReturnType<NodeFS['init']> {
    const result = await super.init(...args);
    result.emscriptenOpts.preRun?.push((module) => {
      (module as unknown as WithNodeFiles).NODEFS.stream_ops.fsync = ({ nfd }) => {
        if (nfd !== undefined) fs.fdatasyncSync(nfd);
        return 0;
      };
    });
    return result;
  }
}
type WithNodeFiles = { NODEFS: { stream_ops: { fsync?: (stream: { nfd?: number }) => 0 } } };
