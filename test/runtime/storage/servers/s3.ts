import { mkdirSync } from 'node:fs';
import path from 'node:path';
import S3rver from '@20minutes/s3rver';
import type { ExecutionContext } from 'ava';
import { makeIdentity, makeScratch } from './servers.ts';

/** An S3 server with the bucket `backups`; its keys are S3RVER and S3RVER, and it looks at every signature. */
export async function startS3(
  t: ExecutionContext,
  { isEncrypted = false } = {},
): Promise<{ port: number; options: Record<string, string>; identity: ReturnType<typeof makeIdentity> }> {
  const identity = makeIdentity();
  const directory = path.join(makeScratch(t), 's3');
  mkdirSync(directory);
  const server = new S3rver({
    address: '127.0.0.1',
    port: 0,
    silent: true,
    directory,
    vhostBuckets: false,
    configureBuckets: [{ name: 'backups' }],
    ...(isEncrypted ? { key: identity.key, cert: identity.certificate } : {}),
  });
  const { port } = await server.run();
  t.teardown(() => {
    server.httpServer.closeAllConnections();
    return server.close();
  });
  return {
    port,
    identity,
    options: {
      's3-server-name': `127.0.0.1:${port}`,
      'aws-access-key-id': 'S3RVER',
      'aws-secret-access-key': 'S3RVER',
      ...(isEncrypted ? { 'use-ssl': 'true', 'accept-specified-ssl-hash': identity.hash } : {}),
    },
  };
}
