/** As far as tests use it. */
declare module 'smtp-server' {
  import type { Server } from 'node:net';
  import type { Readable } from 'node:stream';

  export interface Session {
    /** True once the connection is encrypted. */
    secure: boolean;
    envelope: { rcptTo: { address: string }[] };
  }
  export class SMTPServer {
    constructor(options: {
      secure?: boolean;
      key?: string;
      cert?: string;
      authOptional?: boolean;
      disabledCommands?: readonly string[];
      logger?: boolean;
      onAuth?(
        auth: { username: string; password: string },
        session: Session,
        callback: (error: Error | null, response?: { user: string }) => void,
      ): void;
      onData?(stream: Readable, session: Session, callback: (error?: Error | null) => void): void;
    });
    readonly server: Server;
    listen(port: number, host: string, callback: () => void): void;
    close(callback?: () => void): void;
    on(event: 'error', listener: (error: Error) => void): void;
  }
}
