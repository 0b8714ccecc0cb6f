/* Properties, messages and the data of deferred actions. */
#include "action.h"

/* msi.dll */
IMPORT UINT MsiGetPropertyW(MSIHANDLE session, const WCHAR *name, WCHAR *value, DWORD *size);
IMPORT UINT MsiSetPropertyW(MSIHANDLE session, const WCHAR *name, const WCHAR *value);
IMPORT MSIHANDLE MsiCreateRecord(UINT fields);
IMPORT UINT MsiRecordSetStringW(MSIHANDLE record, UINT field, const WCHAR *text);
IMPORT UINT MsiRecordSetInteger(MSIHANDLE record, UINT field, int value);
IMPORT int MsiProcessMessage(MSIHANDLE session, DWORD kind, MSIHANDLE record);
IMPORT UINT MsiCloseHandle(MSIHANDLE handle);
#define INSTALLMESSAGE_ERROR 0x01000000
#define INSTALLMESSAGE_INFO 0x04000000

WCHAR *readProperty(MSIHANDLE session, const WCHAR *name) {
  static WCHAR nothing[1];
  DWORD length = 0;
  UINT answer = MsiGetPropertyW(session, name, nothing, &length);
  if (answer != ERROR_SUCCESS && answer != ERROR_MORE_DATA) return 0;
  DWORD size = length + 1;
  WCHAR *value = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, (unsigned long long)size * sizeof(WCHAR));
  if (value && MsiGetPropertyW(session, name, value, &size) != ERROR_SUCCESS) {
    discard(value);
    return 0;
  }
  return value;
}

DWORD writeProperty(MSIHANDLE session, const WCHAR *name, const WCHAR *value) {
  return MsiSetPropertyW(session, name, value);
}

/* Through a volatile pointer: the compiler must not leave it out because nobody reads the memory again. */
void wipe(void *memory, unsigned long long size) {
  volatile BYTE *byte = memory;
  while (size--) *byte++ = 0;
}

void discard(WCHAR *text) {
  if (!text) return;
  wipe(text, (unsigned long long)lengthOf(text) * sizeof(WCHAR));
  HeapFree(GetProcessHeap(), 0, text);
}

static void report(MSIHANDLE session, DWORD kind, const WCHAR *text, const WCHAR *first, const WCHAR *second, DWORD error) {
  MSIHANDLE record = MsiCreateRecord(3);
  if (!record) return;
  MsiRecordSetStringW(record, 0, text);
  MsiRecordSetStringW(record, 1, first);
  MsiRecordSetStringW(record, 2, second);
  MsiRecordSetInteger(record, 3, (int)error);
  MsiProcessMessage(session, kind, record);
  MsiCloseHandle(record);
}

UINT reportError(MSIHANDLE session, const WCHAR *text, const WCHAR *first, const WCHAR *second, DWORD error) {
  report(session, INSTALLMESSAGE_ERROR, text, first, second, error);
  return ERROR_INSTALL_FAILURE;
}

void reportNote(MSIHANDLE session, const WCHAR *text, const WCHAR *first, const WCHAR *second, DWORD error) {
  report(session, INSTALLMESSAGE_INFO, text, first, second, error);
}

DWORD lengthOf(const WCHAR *text) {
  DWORD length = 0;
  while (text[length]) length++;
  return length;
}

WCHAR *cutField(WCHAR *text) {
  for (; *text; text++) {
    if (*text == '|') {
      *text = 0;
      return text + 1;
    }
  }
  return 0;
}

DWORD readNumber(const WCHAR **text, WCHAR end) {
  const WCHAR *at = *text;
  DWORD number = 0;
  if (*at < '0' || *at > '9') return 0xffffffff;
  for (; *at >= '0' && *at <= '9'; at++) {
    number = number * 10 + (DWORD)(*at - '0');
    if (number >= 4000000) return 0xffffffff;
  }
  if (*at && *at != end) return 0xffffffff;
  *text = *at ? at + 1 : at;
  return number;
}

BOOL DllMain(HANDLE library, DWORD reason, void *reserved) {
  (void)library;
  (void)reason;
  (void)reserved;
  return 1;
}
