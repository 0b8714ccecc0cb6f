/*
 * What the actions share: the parts of the Windows SDK that they use (names, values and layouts are its own), and session.c.
 * Exported actions are called by Windows Installer with the handle of the running installation and answer ERROR_SUCCESS or
 * ERROR_INSTALL_FAILURE.
 */
#ifndef ACTION_H
#define ACTION_H

typedef __WCHAR_TYPE__ WCHAR;
typedef unsigned char BYTE;
typedef unsigned int DWORD;
typedef DWORD UINT;
typedef int BOOL;
typedef void *HANDLE;
typedef DWORD MSIHANDLE;

#define IMPORT __declspec(dllimport)
#define ACTION __declspec(dllexport) UINT

#define ERROR_SUCCESS 0
#define ERROR_FILE_NOT_FOUND 2
#define ERROR_PATH_NOT_FOUND 3
#define ERROR_NOT_ENOUGH_MEMORY 8
#define ERROR_FILE_EXISTS 80
#define ERROR_INVALID_PARAMETER 87
#define ERROR_ALREADY_EXISTS 183
#define ERROR_MORE_DATA 234
#define ERROR_INVALID_OWNER 1307
#define ERROR_INSTALL_FAILURE 1603

/* The longest path that Windows has, with its final zero. */
#define LONGEST 32768

/* kernel32.dll */
IMPORT DWORD GetLastError(void);
IMPORT void SetLastError(DWORD error);
IMPORT HANDLE GetProcessHeap(void);
IMPORT void *HeapAlloc(HANDLE heap, DWORD flags, unsigned long long size);
IMPORT BOOL HeapFree(HANDLE heap, DWORD flags, void *memory);
IMPORT BOOL CloseHandle(HANDLE object);
IMPORT int MultiByteToWideChar(UINT codePage, DWORD flags, const char *bytes, int length, WCHAR *text, int size);
IMPORT int WideCharToMultiByte(UINT codePage, DWORD flags, const WCHAR *text, int length, char *bytes, int size,
                               const char *replacement, BOOL *replaced);
#define HEAP_ZERO_MEMORY 0x8
#define CP_UTF8 65001
#define INVALID_HANDLE_VALUE ((HANDLE)-1)

/* session.c: the running installation. */

/* A property's value, to be given back with discard(); 0 when there is no memory. An absent property is an empty text. */
WCHAR *readProperty(MSIHANDLE session, const WCHAR *name);
DWORD writeProperty(MSIHANDLE session, const WCHAR *name, const WCHAR *value);
/* Overwrites the text, so that no secret stays in memory, and frees it. Takes 0. */
void discard(WCHAR *text);
void wipe(void *memory, unsigned long long size);

/*
 * Shows an error to the person at an attended installation and writes it to the log. `text` has [1], [2] for the arguments and
 * [3] for the Windows error. Never given a secret. Answers ERROR_INSTALL_FAILURE, for the action to return.
 */
UINT reportError(MSIHANDLE session, const WCHAR *text, const WCHAR *first, const WCHAR *second, DWORD error);
/* The same for the log alone, for what an installation can do without. */
void reportNote(MSIHANDLE session, const WCHAR *text, const WCHAR *first, const WCHAR *second, DWORD error);

/*
 * Cuts `text` at its next `|`, which becomes its end, and gives what follows; 0 when there is no further `|`. The last field of an action's
 * data is what is left and may hold any character.
 */
WCHAR *cutField(WCHAR *text);
DWORD lengthOf(const WCHAR *text);
/* Digits up to the end of the text or `end`; 0xffffffff when it is no number below 4000000. `*text` then stands behind it. */
DWORD readNumber(const WCHAR **text, WCHAR end);

#endif
