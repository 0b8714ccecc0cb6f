/*
 * Deferred actions that hand a secret over to a service: a file that only SYSTEM and Administrators can read. They run as SYSTEM, so
 * they must not be led elsewhere by a link, and must not use a folder in which another account could put a file of its own in place.
 */
#include "action.h"

/* kernel32.dll */
IMPORT HANDLE CreateFileW(const WCHAR *path, DWORD access, DWORD share, void *security, DWORD disposition, DWORD flags,
                          HANDLE model);
IMPORT BOOL CreateDirectoryW(const WCHAR *path, void *security);
IMPORT BOOL RemoveDirectoryW(const WCHAR *path);
IMPORT BOOL DeleteFileW(const WCHAR *path);
IMPORT BOOL MoveFileExW(const WCHAR *from, const WCHAR *to, DWORD flags);
IMPORT BOOL WriteFile(HANDLE file, const void *bytes, DWORD count, DWORD *written, void *overlapped);
IMPORT BOOL FlushFileBuffers(HANDLE file);
IMPORT DWORD GetFinalPathNameByHandleW(HANDLE file, WCHAR *path, DWORD size, DWORD flags);
IMPORT BOOL GetFileInformationByHandleEx(HANDLE file, DWORD kind, void *information, DWORD size);
IMPORT HANDLE GetCurrentProcess(void);
IMPORT void *LocalFree(void *memory);

/* advapi32.dll */
IMPORT BOOL ConvertStringSecurityDescriptorToSecurityDescriptorW(const WCHAR *text, DWORD revision, void **descriptor,
                                                                 DWORD *size);
IMPORT BOOL ConvertStringSidToSidW(const WCHAR *text, void **sid);
IMPORT DWORD GetSecurityInfo(HANDLE object, DWORD kind, DWORD what, void **owner, void **group, void **access, void **audit,
                             void **descriptor);
IMPORT BOOL EqualSid(void *a, void *b);
IMPORT BOOL OpenProcessToken(HANDLE process, DWORD access, HANDLE *token);
IMPORT BOOL GetTokenInformation(HANDLE token, DWORD kind, void *information, DWORD size, DWORD *needed);

#define FILE_READ_DATA 0x1 /* of a folder: FILE_LIST_DIRECTORY */
#define FILE_READ_ATTRIBUTES 0x80
#define READ_CONTROL 0x20000
#define GENERIC_WRITE 0x40000000
#define FILE_SHARE_READ 1
#define FILE_SHARE_WRITE 2
#define CREATE_NEW 1
#define OPEN_EXISTING 3
#define FILE_FLAG_OPEN_REPARSE_POINT 0x200000
#define FILE_FLAG_BACKUP_SEMANTICS 0x2000000
#define FILE_ATTRIBUTE_DIRECTORY 0x10
#define FileAttributeTagInfo 9
#define MOVEFILE_REPLACE_EXISTING 1
#define MOVEFILE_WRITE_THROUGH 8
#define SE_FILE_OBJECT 1
#define OWNER_SECURITY_INFORMATION 1
#define TOKEN_QUERY 8
#define TokenUser 1

typedef struct {
  DWORD nLength;
  void *lpSecurityDescriptor;
  BOOL bInheritHandle;
} SECURITY_ATTRIBUTES;

/* Owner Administrators; full control for SYSTEM and Administrators, nothing for others, nothing inherited. */
#define FOLDER_SECURITY L"O:BAG:SYD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)"
#define FILE_SECURITY L"O:BAG:SYD:P(A;;FA;;;SY)(A;;FA;;;BA)"
#define FOLDER_GRANT L"(A;OICI;FA;;;"
#define FILE_GRANT L"(A;;FA;;;"
#define LONGEST_SECURITY 4096

/* SYSTEM, Administrators, TrustedInstaller. */
static const WCHAR *const TRUSTED[] = {
    L"S-1-5-18",
    L"S-1-5-32-544",
    L"S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464",
};

/* What an action works on: the folder, every folder on the way to it held open, and the paths of the two files. */
#define DEEPEST 64
static HANDLE held[DEEPEST];
static DWORD heldCount;
static WCHAR path[LONGEST];
static WCHAR draftPath[LONGEST];
static WCHAR wanted[LONGEST];
static WCHAR found[LONGEST];
/* Security descriptors as text, of the folder and of the file, with the accounts of services: see grantTo. */
static WCHAR folderSecurity[LONGEST_SECURITY];
static WCHAR fileSecurity[LONGEST_SECURITY];

/* The security attributes for a new object; FALSE with GetLastError(). Freed by the caller with LocalFree. */
static BOOL makeSecurity(const WCHAR *text, SECURITY_ATTRIBUTES *security) {
  security->nLength = sizeof *security;
  security->bInheritHandle = 0;
  return ConvertStringSecurityDescriptorToSecurityDescriptorW(text, 1, &security->lpSecurityDescriptor, 0);
}

static BOOL append(WCHAR *text, const WCHAR *more, DWORD count) {
  DWORD length = lengthOf(text);
  if (length + count >= LONGEST_SECURITY) return 0;
  for (DWORD i = 0; i < count; i++) text[length + i] = more[i];
  text[length + count] = 0;
  return 1;
}

/*
 * Sets the security of the folder and the file, in which the accounts have what SYSTEM has: SIDs of services with accounts of their own,
 * separated by commas; none when empty. FALSE for anything that is no SID of a service, since it becomes a part of the text.
 */
static BOOL grantTo(const WCHAR *sids) {
  static const WCHAR start[] = L"S-1-5-80-";
  folderSecurity[0] = 0;
  fileSecurity[0] = 0;
  append(folderSecurity, FOLDER_SECURITY, lengthOf(FOLDER_SECURITY));
  append(fileSecurity, FILE_SECURITY, lengthOf(FILE_SECURITY));
  while (*sids) {
    DWORD length = 0;
    while (sids[length] && sids[length] != ',') {
      WCHAR letter = sids[length];
      BOOL fits = length + 1 < sizeof start / sizeof *start ? letter == start[length] : (letter >= '0' && letter <= '9') || letter == '-';
      if (!fits) return 0;
      length++;
    }
    if (length + 1 <= sizeof start / sizeof *start) return 0;
    BOOL granted = append(folderSecurity, FOLDER_GRANT, lengthOf(FOLDER_GRANT)) && append(folderSecurity, sids, length) &&
                   append(folderSecurity, L")", 1) && append(fileSecurity, FILE_GRANT, lengthOf(FILE_GRANT)) &&
                   append(fileSecurity, sids, length) && append(fileSecurity, L")", 1);
    if (!granted) return 0;
    sids += length;
    if (*sids == ',') sids++;
  }
  return 1;
}

/* True when the object belongs to one of TRUSTED or to the account that this process runs as. */
static BOOL hasTrustedOwner(HANDLE object) {
  void *owner;
  void *descriptor;
  if (GetSecurityInfo(object, SE_FILE_OBJECT, OWNER_SECURITY_INFORMATION, &owner, 0, 0, 0, &descriptor)) return 0;
  BOOL trusted = 0;
  for (DWORD i = 0; i < sizeof TRUSTED / sizeof *TRUSTED && !trusted; i++) {
    void *sid;
    if (!ConvertStringSidToSidW(TRUSTED[i], &sid)) continue;
    trusted = EqualSid(owner, sid);
    LocalFree(sid);
  }
  HANDLE token;
  if (!trusted && OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token)) {
    static void *user[32]; /* TOKEN_USER: a pointer to a SID, attributes, and the SID itself */
    DWORD size;
    if (GetTokenInformation(token, TokenUser, user, sizeof user, &size)) trusted = EqualSid(owner, user[0]);
    CloseHandle(token);
  }
  LocalFree(descriptor);
  return trusted;
}

/*
 * Opens one folder and keeps it open, so that nobody can rename, remove or replace it meanwhile. 0, or the error: folders and links on
 * the way must belong to a trusted account, since any other could put its own in their place later.
 */
static DWORD holdFolder(const WCHAR *folder) {
  if (heldCount == DEEPEST) return ERROR_INVALID_PARAMETER;
  HANDLE object = CreateFileW(folder, FILE_READ_DATA | FILE_READ_ATTRIBUTES | READ_CONTROL, FILE_SHARE_READ | FILE_SHARE_WRITE, 0,
                              OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT, 0);
  if (object == INVALID_HANDLE_VALUE) return GetLastError();
  held[heldCount++] = object;
  DWORD information[2]; /* FILE_ATTRIBUTE_TAG_INFO: attributes, reparse tag */
  if (!GetFileInformationByHandleEx(object, FileAttributeTagInfo, information, sizeof information)) return GetLastError();
  if (!(information[0] & FILE_ATTRIBUTE_DIRECTORY)) return ERROR_PATH_NOT_FOUND;
  return hasTrustedOwner(object) ? ERROR_SUCCESS : ERROR_INVALID_OWNER;
}

static void releaseFolders(void) {
  while (heldCount > 0) CloseHandle(held[--heldCount]);
}

/*
 * Holds `C:\`, `C:\a`, `C:\a\b` for the folder `C:\a\b`; makes those that are missing when `make` is set, the last also for the accounts
 * of services. 0, or the error.
 */
static DWORD holdFolders(const WCHAR *folder, BOOL make) {
  DWORD length = lengthOf(folder);
  while (length > 3 && folder[length - 1] == '\\') length--;
  /* `\\server\share` is refused: a secret does not leave the machine. */
  if (length < 4 || length + 1 > LONGEST || folder[1] != ':' || folder[2] != '\\') return ERROR_INVALID_PARAMETER;
  for (DWORD at = 0; at < length; at++) {
    wanted[at] = folder[at];
    wanted[at + 1] = 0;
    if (folder[at] == '/') return ERROR_INVALID_PARAMETER;
    BOOL isEnd = at == 2 || (at > 2 && (at + 1 == length || folder[at + 1] == '\\'));
    if (!isEnd) continue;
    if (at > 2 && folder[at] == '\\') return ERROR_INVALID_PARAMETER;
    DWORD error = holdFolder(wanted);
    if (error == ERROR_FILE_NOT_FOUND && make) {
      SECURITY_ATTRIBUTES security;
      if (!makeSecurity(at + 1 == length ? folderSecurity : FOLDER_SECURITY, &security)) return GetLastError();
      BOOL made = CreateDirectoryW(wanted, &security);
      error = made ? ERROR_SUCCESS : GetLastError();
      LocalFree(security.lpSecurityDescriptor);
      if (!error || error == ERROR_ALREADY_EXISTS) error = holdFolder(wanted);
    }
    if (error) return error;
  }
  return ERROR_SUCCESS;
}

/* `FOLDER\NAME` and the same with `.new`. FALSE when the name is no plain one or the path too long. */
static BOOL makePaths(const WCHAR *folder, const WCHAR *name) {
  static const WCHAR draft[] = L".new";
  DWORD length = lengthOf(folder);
  while (length > 3 && folder[length - 1] == '\\') length--;
  DWORD nameLength = lengthOf(name);
  if (nameLength == 0 || length + 1 + nameLength + sizeof draft / sizeof *draft > LONGEST) return 0;
  for (DWORD i = 0; i < length; i++) path[i] = folder[i];
  path[length] = '\\';
  for (DWORD i = 0; i <= nameLength; i++) {
    if (name[i] == '\\' || name[i] == '/' || name[i] == ':') return 0;
    path[length + 1 + i] = name[i];
  }
  DWORD end = length + 1 + nameLength;
  for (DWORD i = 0; i < end; i++) draftPath[i] = path[i];
  for (DWORD i = 0; i < sizeof draft / sizeof *draft; i++) draftPath[end + i] = draft[i];
  return 1;
}

/* True when the file lies in the folder that is held last, whatever happened to paths in between. */
static BOOL isInHeldFolder(HANDLE file) {
  DWORD folderLength = GetFinalPathNameByHandleW(held[heldCount - 1], wanted, LONGEST, 0);
  DWORD fileLength = GetFinalPathNameByHandleW(file, found, LONGEST, 0);
  if (folderLength == 0 || folderLength >= LONGEST || fileLength >= LONGEST || fileLength <= folderLength) return 0;
  for (DWORD i = 0; i < folderLength; i++) {
    if (wanted[i] != found[i]) return 0;
  }
  for (DWORD i = folderLength + 1; i < fileLength; i++) {
    if (found[i] == '\\') return 0;
  }
  return found[folderLength] == '\\';
}

/* A new file that only SYSTEM, Administrators and the services' own accounts can open. What an interrupted installation left is removed first. */
static HANDLE createDraft(void) {
  SECURITY_ATTRIBUTES security;
  if (!makeSecurity(fileSecurity, &security)) return INVALID_HANDLE_VALUE;
  DeleteFileW(draftPath); /* a link is removed itself, not what it points to */
  HANDLE file = CreateFileW(draftPath, GENERIC_WRITE | FILE_READ_ATTRIBUTES, 0, &security, CREATE_NEW, 0, 0);
  DWORD error = GetLastError();
  LocalFree(security.lpSecurityDescriptor);
  SetLastError(error);
  return file;
}

/* Writes, flushes and renames. 0, or the error; then there is no draft left. */
static DWORD writeFile(const char *bytes, DWORD count) {
  HANDLE file = createDraft();
  if (file == INVALID_HANDLE_VALUE) return GetLastError();
  DWORD error = ERROR_SUCCESS;
  DWORD written = 0;
  if (!isInHeldFolder(file)) error = ERROR_INVALID_OWNER;
  if (!error && (!WriteFile(file, bytes, count, &written, 0) || !FlushFileBuffers(file))) error = GetLastError();
  CloseHandle(file);
  if (!error && !MoveFileExW(draftPath, path, MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH)) error = GetLastError();
  if (error) DeleteFileW(draftPath);
  return error;
}

/* The secret as UTF-8, without a line end; 0 with GetLastError(). Freed by the caller after it is wiped. */
static char *encodeSecret(const WCHAR *secret, DWORD *count) {
  int size = WideCharToMultiByte(CP_UTF8, 0, secret, (int)lengthOf(secret), 0, 0, 0, 0);
  char *bytes = size > 0 ? HeapAlloc(GetProcessHeap(), 0, (unsigned long long)size) : 0;
  if (!bytes) {
    if (size > 0) SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    return 0;
  }
  WideCharToMultiByte(CP_UTF8, 0, secret, (int)lengthOf(secret), bytes, size, 0, 0);
  *count = (DWORD)size;
  return bytes;
}

static UINT reportFileError(MSIHANDLE session, const WCHAR *folder, DWORD error) {
  if (error == ERROR_INVALID_OWNER) {
    return reportError(session,
                       L"The folder \"[1]\" belongs to another account than Administrators or SYSTEM, so no secret is kept in "
                       L"it; remove it or change its owner, then install again.",
                       wanted, L"", error);
  }
  return reportError(session, L"The folder \"[1]\" cannot be made or written to (Windows error [3]).", folder, L"", error);
}

/* WriteSecret: data `FOLDER|FILE NAME|SIDS|VALUE`. The value may hold any character; an empty one writes nothing. */
ACTION WriteSecret(MSIHANDLE session) {
  WCHAR *folder = readProperty(session, L"CustomActionData");
  WCHAR *name = folder ? cutField(folder) : 0;
  WCHAR *sids = name ? cutField(name) : 0;
  WCHAR *value = sids ? cutField(sids) : 0;
  UINT answer = ERROR_SUCCESS;
  if (!value || !makePaths(folder, name) || !grantTo(sids)) {
    answer = reportError(session, L"The data of WriteSecret is not FOLDER|FILE NAME|SIDS|VALUE.", L"", L"", 0);
  } else if (*value) {
    DWORD count = 0;
    char *bytes = encodeSecret(value, &count);
    DWORD error = bytes ? holdFolders(folder, 1) : GetLastError();
    if (!error) error = writeFile(bytes, count);
    releaseFolders();
    if (bytes) {
      wipe(bytes, count);
      HeapFree(GetProcessHeap(), 0, bytes);
    }
    if (error) answer = reportFileError(session, folder, error);
  }
  if (value) wipe(value, (unsigned long long)lengthOf(value) * sizeof(WCHAR));
  discard(folder);
  return answer;
}

/*
 * DeleteSecret: data `FOLDER|FILE NAME`, for a rollback and for removal: deletes the file and then the folder if nothing else is in it. It
 * never fails: what cannot be deleted is noted in the log.
 */
ACTION DeleteSecret(MSIHANDLE session) {
  WCHAR *folder = readProperty(session, L"CustomActionData");
  WCHAR *name = folder ? cutField(folder) : 0;
  if (name) {
    WCHAR *rest = cutField(name);
    if (rest) wipe(rest, (unsigned long long)lengthOf(rest) * sizeof(WCHAR));
  }
  if (!name || !makePaths(folder, name)) {
    reportNote(session, L"The data of DeleteSecret is not FOLDER|FILE NAME.", L"", L"", 0);
  } else {
    DWORD error = holdFolders(folder, 0);
    if (!error) {
      DeleteFileW(draftPath);
      if (!DeleteFileW(path)) error = GetLastError();
    }
    releaseFolders();
    if (!error || error == ERROR_FILE_NOT_FOUND) RemoveDirectoryW(folder);
    if (error && error != ERROR_FILE_NOT_FOUND && error != ERROR_PATH_NOT_FOUND) {
      reportNote(session, L"\"[1]\" cannot be deleted (Windows error [3]).", path, L"", error);
    }
  }
  discard(folder);
  return ERROR_SUCCESS;
}

/*
 * MakeFolder: data `FOLDER|SIDS`: makes it, and what is missing on the way, for SYSTEM and Administrators alone from the first moment; the
 * folder itself also for the accounts of services. One that is there is left as it is; it must not belong to another account.
 */
ACTION MakeFolder(MSIHANDLE session) {
  WCHAR *folder = readProperty(session, L"CustomActionData");
  WCHAR *sids = folder ? cutField(folder) : 0;
  DWORD error = !folder ? ERROR_NOT_ENOUGH_MEMORY : sids && grantTo(sids) ? holdFolders(folder, 1) : ERROR_INVALID_PARAMETER;
  releaseFolders();
  UINT answer = error ? reportFileError(session, folder ? folder : L"", error) : ERROR_SUCCESS;
  discard(folder);
  return answer;
}

/* DropFolder: data `FOLDER`, for the rollback of MakeFolder: deletes it when nothing is in it. It never fails. */
ACTION DropFolder(MSIHANDLE session) {
  WCHAR *folder = readProperty(session, L"CustomActionData");
  if (folder) RemoveDirectoryW(folder);
  discard(folder);
  return ERROR_SUCCESS;
}
