import { ERROR, type Library, WindowsError } from './library.ts';
import { readSid } from './sid.ts';

/** Who we are, and who may do what with a file. Paths are absolute. */
export interface Security {
  /** SIDs that stand for this process: its account, and the service it runs as, if any. */
  ownAccounts(): string[];
  /** `MACHINE\\name` of an account; undefined when nobody knows it. Domains are asked, which can take seconds. */
  accountName(sid: string): string | undefined;
  /** Owner and access control list of a file or folder, as a self-relative security descriptor. @throws WindowsError. */
  readSecurity(file: string): Buffer;
  /** Makes a folder with the security that `sddl` describes. @returns false when it is there already. @throws WindowsError. */
  makeFolder(folder: string, sddl: string): boolean;
  /** Gives a folder, and what inherits from it, the access control list of `sddl`. @throws WindowsError. */
  protectFolder(folder: string, sddl: string): void;
}

const TOKEN_QUERY = 0x8;
const TOKEN_USER = 1;
const TOKEN_GROUPS = 2;
const OWNER_AND_DACL = 0x1 | 0x4; // SECURITY_INFORMATION ([MS-DTYP] 2.4.7)
const PROTECTED_DACL = 0x80000004; // PROTECTED_DACL_SECURITY_INFORMATION, DACL_SECURITY_INFORMATION
const SE_FILE_OBJECT = 1;
const SDDL_REVISION = 1;
/** Characters of an account's or a domain's name, far more than there can be. */
const LONGEST_NAME = 1024;
/** A service's own SID: S-1-5-80 and five numbers. */
const SERVICE_SID = /^S-1-5-80(-\d+){5}$/;

export function openSecurity({ koffi, advapi32, kernel32, check, lastError }: Library): Security {
  const GetCurrentProcess = kernel32.func('void * __stdcall GetCurrentProcess()');
  const CloseHandle = kernel32.func('int __stdcall CloseHandle(void *handle)');
  const LocalFree = kernel32.func('void * __stdcall LocalFree(void *memory)');
  const CreateDirectoryW = kernel32.func('int __stdcall CreateDirectoryW(str16 path, void *attributes)');
  const OpenProcessToken = advapi32.func('int __stdcall OpenProcessToken(void *process, uint32_t access, void *token)');
  const GetTokenInformation = advapi32.func(
    'int __stdcall GetTokenInformation(void *token, int kind, void *info, uint32_t size, void *needed)',
  );
  const ConvertStringSidToSidW = advapi32.func('int __stdcall ConvertStringSidToSidW(str16 text, void *sid)');
  const LookupAccountSidW = advapi32.func(
    'int __stdcall LookupAccountSidW(str16 machine, void *sid, void *name, void *nameLength, void *domain, void *domainLength, void *use)',
  );
  const GetFileSecurityW = advapi32.func(
    'int __stdcall GetFileSecurityW(str16 path, uint32_t info, void *descriptor, uint32_t size, void *needed)',
  );
  const ToDescriptor = advapi32.func(
    'int __stdcall ConvertStringSecurityDescriptorToSecurityDescriptorW(str16 text, uint32_t revision, void *descriptor, void *size)',
  );
  const GetSecurityDescriptorDacl = advapi32.func(
    'int __stdcall GetSecurityDescriptorDacl(void *descriptor, void *present, void *dacl, void *defaulted)',
  );
  const SetNamedSecurityInfoW = advapi32.func(
    'uint32_t __stdcall SetNamedSecurityInfoW(str16 name, int type, uint32_t info, void *owner, void *group, void *dacl, void *sacl)',
  );

  const readToken = (kind: number): { bytes: Buffer; address: bigint } => {
    const token = Buffer.alloc(8);
    check('OpenProcessToken', OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, token));
    const handle = token.readBigUInt64LE();
    try {
      const bytes = Buffer.alloc(0x10000);
      const needed = Buffer.alloc(4);
      check('GetTokenInformation', GetTokenInformation(handle, kind, bytes, bytes.length, needed));
      return { bytes, address: koffi.address(bytes) };
    } finally {
      CloseHandle(handle);
    }
  };
  /** SID_AND_ATTRIBUTES: a pointer into the same bytes, then four bytes of attributes and four of nothing. */
  const readSidAt = ({ bytes, address }: { bytes: Buffer; address: bigint }, at: number) =>
    readSid(bytes, Number(bytes.readBigUInt64LE(at) - address));

  const withDescriptor = <T>(sddl: string, use: (descriptor: bigint) => T): T => {
    const pointer = Buffer.alloc(8);
    check('ConvertStringSecurityDescriptorToSecurityDescriptorW', ToDescriptor(sddl, SDDL_REVISION, pointer, null));
    const descriptor = pointer.readBigUInt64LE();
    try {
      return use(descriptor);
    } finally {
      LocalFree(descriptor);
    }
  };

  return {
    ownAccounts() {
      const groups = readToken(TOKEN_GROUPS);
      const count = groups.bytes.readUInt32LE();
      const services = Array.from({ length: count }, (_, index) => readSidAt(groups, 8 + 16 * index));
      return [readSidAt(readToken(TOKEN_USER), 0), ...services.filter((sid) => SERVICE_SID.test(sid))];
    },
    accountName(sid) {
      const pointer = Buffer.alloc(8);
      if (!ConvertStringSidToSidW(sid, pointer)) return undefined;
      const name = Buffer.alloc(2 * LONGEST_NAME);
      const domain = Buffer.alloc(2 * LONGEST_NAME);
      const numbers = Buffer.alloc(12); // characters of the name and of the domain, kind of account
      numbers.writeUInt32LE(LONGEST_NAME, 0);
      numbers.writeUInt32LE(LONGEST_NAME, 4);
      const [nameLength, domainLength, use] = [numbers, numbers.subarray(4), numbers.subarray(8)];
      const found = LookupAccountSidW(null, pointer.readBigUInt64LE(), name, nameLength, domain, domainLength, use);
      LocalFree(pointer.readBigUInt64LE());
      if (!found) return undefined;
      const text = (bytes: Buffer, at: number) => bytes.toString('utf16le', 0, 2 * numbers.readUInt32LE(at));
      return [text(domain, 4), text(name, 0)].filter(Boolean).join('\\');
    },
    readSecurity(file) {
      const bytes = Buffer.alloc(0x10000); // an access control list has at most 64 KiB
      const needed = Buffer.alloc(4);
      check('GetFileSecurityW', GetFileSecurityW(file, OWNER_AND_DACL, bytes, bytes.length, needed));
      return bytes.subarray(0, Math.min(needed.readUInt32LE(), bytes.length));
    },
    makeFolder(folder, sddl) {
      return withDescriptor(sddl, (descriptor) => {
        const attributes = Buffer.alloc(24); // SECURITY_ATTRIBUTES: size, descriptor, inherit handle
        attributes.writeUInt32LE(attributes.length, 0);
        attributes.writeBigUInt64LE(descriptor, 8);
        if (CreateDirectoryW(folder, attributes)) return true;
        const number = lastError();
        if (number === ERROR.ALREADY_EXISTS) return false;
        throw new WindowsError('CreateDirectoryW', number);
      });
    },
    protectFolder(folder, sddl) {
      withDescriptor(sddl, (descriptor) => {
        const dacl = Buffer.alloc(8);
        const flags = Buffer.alloc(8);
        check('GetSecurityDescriptorDacl', GetSecurityDescriptorDacl(descriptor, flags, dacl, flags.subarray(4)));
        const list = dacl.readBigUInt64LE();
        const failed = SetNamedSecurityInfoW(folder, SE_FILE_OBJECT, PROTECTED_DACL, null, null, list, null);
        if (failed !== 0) throw new WindowsError('SetNamedSecurityInfoW', failed);
      });
    },
  };
}
