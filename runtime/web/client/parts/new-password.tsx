import { useState } from 'preact/hooks';
import { findWeakness } from '../../../auth/password-rules.ts';
import { texts } from '../texts.ts';
import { PasswordField } from './fields.tsx';

/** A new password, twice, with what the server would say of it. `fault` is set while it cannot be used. */
export function useNewPassword() {
  const [password, setPassword] = useState('');
  const [repeated, setRepeated] = useState('');
  const [isTried, setTried] = useState(false);
  const weakness = findWeakness(password);
  const differs = repeated !== password ? texts.password.differs : undefined;
  // While somebody types, what is missing is a hint and not yet a fault.
  const hint = password === '' ? texts.password.hint : (weakness ?? texts.password.good);
  const isTyping = password.length < 12 && !isTried;
  const fields = (
    <>
      <PasswordField
        label={texts.password.choose}
        kind="new-password"
        value={password}
        onInput={setPassword}
        hint={hint}
        fault={isTyping ? undefined : weakness}
      />
      <PasswordField
        label={texts.password.repeat}
        kind="new-password"
        value={repeated}
        onInput={setRepeated}
        fault={isTried || (repeated !== '' && !password.startsWith(repeated)) ? differs : undefined}
      />
    </>
  );
  return {
    password,
    fields,
    /** True when it can be used; else the fields say what is wrong from now on. */
    check() {
      setTried(true);
      return weakness === undefined && differs === undefined;
    },
    clear() {
      setPassword('');
      setRepeated('');
      setTried(false);
    },
  };
}
