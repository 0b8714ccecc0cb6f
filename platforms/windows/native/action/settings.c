/* An immediate action that gives properties the values that the registry has. */
#include "action.h"

/* advapi32.dll */
IMPORT DWORD RegGetValueW(HANDLE key, const WCHAR *subkey, const WCHAR *name, DWORD flags, DWORD *type, void *data, DWORD *size);
#define HKEY_LOCAL_MACHINE ((HANDLE)(long long)(int)0x80000002)
/* Texts, with `%NAME%` left as it stands. */
#define RRF_RT_REG_SZ 0x2
#define RRF_RT_REG_EXPAND_SZ 0x4
#define RRF_NOEXPAND 0x10000000
#define AS_TEXT (RRF_RT_REG_SZ | RRF_RT_REG_EXPAND_SZ | RRF_NOEXPAND)
#define LONGEST_VALUE (64 * 1024) /* bytes */

/* One property: the registry's value, or nothing where there is none. */
static UINT keep(MSIHANDLE session, const WCHAR *property, const WCHAR *key, const WCHAR *name) {
  DWORD size = 0;
  DWORD error = RegGetValueW(HKEY_LOCAL_MACHINE, key, name, AS_TEXT, 0, 0, &size);
  if (error == ERROR_FILE_NOT_FOUND || error == ERROR_PATH_NOT_FOUND) return writeProperty(session, property, L"");
  if (error == ERROR_SUCCESS && size > LONGEST_VALUE) error = ERROR_MORE_DATA;
  WCHAR *text = error == ERROR_SUCCESS ? HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, size + sizeof(WCHAR)) : 0;
  if (error == ERROR_SUCCESS && !text) error = ERROR_NOT_ENOUGH_MEMORY;
  if (error == ERROR_SUCCESS) error = RegGetValueW(HKEY_LOCAL_MACHINE, key, name, AS_TEXT, 0, text, &size);
  if (error == ERROR_SUCCESS) error = writeProperty(session, property, text);
  discard(text);
  if (error == ERROR_SUCCESS) return ERROR_SUCCESS;
  return reportError(session, L"The setting \"[2]\" of HKEY_LOCAL_MACHINE\\[1] cannot be read (Windows error [3]).", key, name, error);
}

/*
 * KeepSettings: `KeptSettings` lists properties, each with its key below HKEY_LOCAL_MACHINE and the name of its value, all separated by `|`.
 * Each gets what the registry has, whatever it was given. For repairs and changes: every user may begin one with properties of his own, and
 * the system carries it out.
 */
ACTION KeepSettings(MSIHANDLE session) {
  WCHAR *list = readProperty(session, L"KeptSettings");
  UINT answer = list ? ERROR_SUCCESS : ERROR_INSTALL_FAILURE;
  WCHAR *property = list;
  while (property && *property && answer == ERROR_SUCCESS) {
    WCHAR *key = cutField(property);
    WCHAR *name = key ? cutField(key) : 0;
    WCHAR *next = name ? cutField(name) : 0;
    answer = name ? keep(session, property, key, name) : ERROR_INSTALL_FAILURE;
    property = next;
  }
  discard(list);
  return answer == ERROR_SUCCESS ? ERROR_SUCCESS : ERROR_INSTALL_FAILURE;
}
