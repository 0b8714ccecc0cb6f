import type { Package, Placement } from '../../build/model/package.ts';

export function renderScriptlets(
  _pkg: Package,
  _placement: Placement,
): Partial<Record<'pre' | 'post' | 'preun' | 'postun' | 'posttrans' | 'pretrans', string>> {
  return {};
}
