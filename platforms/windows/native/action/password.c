/* Immediate actions that set the property of a secret: one makes a password, one reads it from a file. */
#include "action.h"

/* advapi32.dll: RtlGenRandom, the system's generator of random numbers. */
IMPORT BYTE SystemFunction036(void *bytes, DWORD count);

/* kernel32.dll */
IMPORT HANDLE CreateFileW(const WCHAR *path, DWORD access, DWORD share, void *security, DWORD disposition, DWORD flags,
                          HANDLE model);
IMPORT BOOL ReadFile(HANDLE file, void *bytes, DWORD count, DWORD *read, void *overlapped);
#define GENERIC_READ 0x80000000u
#define FILE_SHARE_READ 1
#define OPEN_EXISTING 3
#define MB_ERR_INVALID_CHARS 8

#define PASSWORD_LENGTH 24
#define LONGEST_SECRET 1024 /* bytes */
#define LONGEST_NAME 72     /* characters of a property's name */

/* Without what looks alike (0 O, 1 I l) and what command lines and the installer's formatted texts read in their own way. */
static const char ALPHABET[] = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
#define LETTERS ((DWORD)sizeof ALPHABET - 1)

/*
 * GeneratePassword: puts 24 characters (140 bits) into the property that GENERATEPASSWORDTO names, PASSWORD when that is empty.
 */
ACTION GeneratePassword(MSIHANDLE session) {
  static WCHAR password[PASSWORD_LENGTH + 1];
  for (DWORD i = 0; i < PASSWORD_LENGTH;) {
    BYTE random;
    if (!SystemFunction036(&random, 1)) {
      return reportError(session, L"No password could be generated: Windows gives no random numbers.", L"", L"", 0);
    }
    /* A byte above the last whole multiple would favour the first letters. */
    if (random < 256 / LETTERS * LETTERS) password[i++] = (WCHAR)ALPHABET[random % LETTERS];
  }
  WCHAR *name = readProperty(session, L"GENERATEPASSWORDTO");
  UINT answer = writeProperty(session, name && *name ? name : L"PASSWORD", password);
  discard(name);
  wipe(password, sizeof password);
  return answer == ERROR_SUCCESS ? ERROR_SUCCESS : ERROR_INSTALL_FAILURE;
}

/* True for C:\x and \\server\x: the installer's own current folder is nobody's business. */
static BOOL isFullPath(const WCHAR *path) {
  if (path[0] == '\\' && path[1] == '\\') return 1;
  return path[0] && path[1] == ':' && (path[2] == '\\' || path[2] == '/');
}

/* Bytes of the file, or 0xffffffff with GetLastError(). One more than allowed is asked for, so that too many are noticed. */
static DWORD readBytes(const WCHAR *path, BYTE *bytes, DWORD size) {
  HANDLE file = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ, 0, OPEN_EXISTING, 0, 0);
  if (file == INVALID_HANDLE_VALUE) return 0xffffffff;
  DWORD total = 0;
  DWORD count = 0;
  BOOL sound = 1;
  do {
    sound = ReadFile(file, bytes + total, size - total, &count, 0);
    total += sound ? count : 0;
  } while (sound && count && total < size);
  DWORD error = GetLastError();
  CloseHandle(file);
  SetLastError(error);
  return sound ? total : 0xffffffff;
}

static BOOL isEqual(const WCHAR *a, const WCHAR *b) {
  while (*a && *a == *b) {
    a++;
    b++;
  }
  return *a == *b;
}

/*
 * Sets the property `name` to what the file holds, without the mark of UTF-8 at its start and one line end at its end. `value` is what
 * the property holds: nothing, or the same when the action has run before in the same installation.
 */
static UINT readSecret(MSIHANDLE session, const WCHAR *name, const WCHAR *path, const WCHAR *value) {
  static BYTE bytes[LONGEST_SECRET + 6]; /* room for the mark, a line end, and one byte too many */
  static WCHAR text[sizeof bytes + 1];
  if (!isFullPath(path)) {
    return reportError(session, L"[1]FILE is \"[2]\", which is not a full path; write it like C:\\folder\\file.", name, path, 0);
  }
  DWORD length = readBytes(path, bytes, sizeof bytes);
  if (length == 0xffffffff) {
    return reportError(session, L"[1]FILE names \"[2]\", which cannot be read (Windows error [3]); check the path and its permissions.",
                       name, path, GetLastError());
  }
  DWORD from = length >= 3 && bytes[0] == 0xef && bytes[1] == 0xbb && bytes[2] == 0xbf ? 3 : 0;
  if (length > from && bytes[length - 1] == '\n') length--;
  if (length > from && bytes[length - 1] == '\r') length--;
  const WCHAR *fault = 0;
  if (length == from) fault = L"[1]FILE names \"[2]\", which is empty.";
  if (length - from > LONGEST_SECRET) fault = L"[1]FILE names \"[2]\", which is longer than 1024 bytes.";
  for (DWORD i = from; i < length; i++) {
    if (bytes[i] == 0) fault = L"[1]FILE names \"[2]\", which is not UTF-8 text; save it as UTF-8.";
    if (bytes[i] == '\r' || bytes[i] == '\n') fault = L"[1]FILE names \"[2]\", which holds more than one line.";
  }
  int count = 0;
  if (!fault) {
    count = MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, (const char *)bytes + from, (int)(length - from), text,
                                sizeof bytes);
    if (count <= 0) fault = L"[1]FILE names \"[2]\", which is not UTF-8 text; save it as UTF-8.";
  }
  UINT answer = ERROR_SUCCESS;
  if (fault) {
    answer = reportError(session, fault, name, path, 0);
  } else {
    text[count] = 0;
    if (*value && !isEqual(value, text)) {
      answer = reportError(session, L"Both [1] and [1]FILE are set, and they differ; set one of them.", name, path, 0);
    } else if (writeProperty(session, name, text) != ERROR_SUCCESS) {
      answer = ERROR_INSTALL_FAILURE;
    }
  }
  wipe(bytes, sizeof bytes);
  wipe(text, sizeof text);
  return answer;
}

/* One secret: nothing to do without NAMEFILE. */
static UINT readSecretOf(MSIHANDLE session, const WCHAR *name) {
  WCHAR fileProperty[LONGEST_NAME + 5];
  DWORD length = 0;
  for (; name[length] && length < LONGEST_NAME; length++) fileProperty[length] = name[length];
  for (DWORD i = 0; i < 5; i++) fileProperty[length + i] = L"FILE"[i];
  WCHAR *path = readProperty(session, fileProperty);
  WCHAR *value = readProperty(session, name);
  UINT answer = ERROR_SUCCESS;
  if (!path || !value) {
    answer = ERROR_INSTALL_FAILURE;
  } else if (*path) {
    answer = readSecret(session, name, path, value);
  }
  discard(path);
  discard(value);
  return answer;
}

/*
 * ReadPasswordFile: for each property that SECRETPROPERTIES lists (separated by semicolons; PASSWORD when it is empty), reads the file that
 * the property NAMEFILE names into NAME.
 */
ACTION ReadPasswordFile(MSIHANDLE session) {
  WCHAR *names = readProperty(session, L"SECRETPROPERTIES");
  if (!names || !*names) {
    discard(names);
    return readSecretOf(session, L"PASSWORD");
  }
  UINT answer = ERROR_SUCCESS;
  WCHAR *name = names;
  while (name && answer == ERROR_SUCCESS) {
    WCHAR *next = 0;
    for (WCHAR *at = name; *at && !next; at++) {
      if (*at == ';') {
        *at = 0;
        next = at + 1;
      }
    }
    if (*name) answer = readSecretOf(session, name);
    name = next;
  }
  discard(names);
  return answer;
}
