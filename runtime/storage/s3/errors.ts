import { StorageError, type StorageReason } from '../storage.ts';

/** Amazon's codes and what to do. */
const WORDS: Readonly<Record<string, { reason: StorageReason; what: string }>> = {
  NoSuchKey: { reason: 'missing', what: 'it is not there' },
  NoSuchBucket: { reason: 'missing', what: 'there is no such bucket; make it, or mend its name' },
  AccessDenied: { reason: 'denied', what: 'this access key may not do that' },
  InvalidAccessKeyId: { reason: 'denied', what: 'there is no such access key (--aws-access-key-id)' },
  SignatureDoesNotMatch: { reason: 'denied', what: 'the secret key is wrong (--aws-secret-access-key)' },
  RequestTimeTooSkewed: { reason: 'denied', what: 'the clock of this machine is wrong' },
  AuthorizationHeaderMalformed: {
    reason: 'denied',
    what: 'it wants another region (--s3-location-constraint or --s3-authentication-region)',
  },
  PermanentRedirect: { reason: 'invalid', what: 'the bucket is on another server (--s3-server-name)' },
  QuotaExceeded: { reason: 'full', what: 'there is no room left' },
  XMinioStorageFull: { reason: 'full', what: 'there is no room left' },
  InvalidBucketName: { reason: 'invalid', what: 'the name of the bucket is none' },
  BucketAlreadyExists: { reason: 'denied', what: 'somebody else has a bucket of that name' },
  InvalidObjectState: { reason: 'denied', what: 'it lies in an archive and has to be fetched from there first' },
};

/** @param text of the answer, XML in most cases */
export function explainS3(what: string, status: number, text: string, region: string): StorageError {
  const element = (name: string) => new RegExp(`<${name}>([^<]{1,500})</${name}>`).exec(text)?.[1];
  const code = element('Code');
  const words = code === undefined ? undefined : WORDS[code];
  const wanted = element('Region') ?? /expecting '([a-z0-9-]+)'/.exec(text)?.[1];
  const said = code ?? `status ${status}`;
  if (words) {
    const more = wanted === undefined ? '' : `: ${wanted} instead of ${region}`;
    return new StorageError(words.reason, `${what}: ${words.what}${more} (${said})`);
  }
  if (status === 404) return new StorageError('missing', `${what}: it is not there (${said})`);
  if (status === 401 || status === 403)
    return new StorageError('denied', `${what}: this access key may not do that (${said})`);
  if (status === 507) return new StorageError('full', `${what}: there is no room left (${said})`);
  if (status >= 300 && status < 400)
    return new StorageError(
      'invalid',
      `${what}: the bucket is on another server (${said}; --s3-server-name, --use-ssl)`,
    );
  return new StorageError(
    'failed',
    `${what}: the server says ${said}${element('Message') ? `: ${element('Message')}` : ''}`,
  );
}
