import { programsOf } from '../../build/model/members.ts';
import type { Edition, Product } from '../../build/model/product.ts';
import type { Places } from './places.ts';

/** AppStream 0.16, 2.2 "Desktop Applications". The page itself is under FSFAP, so that distributions may copy it. */
export function renderMetainfo(product: Product, edition: Edition, launchable: string, places: Places): string {
  const programs = programsOf(product, edition);
  // a developer's id is the application's without its last word
  const developer = places.desktopId.split('.').slice(0, -1).join('.').toLowerCase();
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<component type="desktop-application">',
    `  <id>${escapeXml(places.desktopId)}</id>`,
    '  <metadata_license>FSFAP</metadata_license>',
    `  <project_license>${escapeXml(product.licence)}</project_license>`,
    `  <name>${escapeXml(edition.title)}</name>`,
    `  <summary>${escapeXml(product.summary.replace(/\.$/, ''))}</summary>`,
    // appstreamcli before 1.0 reads the first of the two, 1.0 the second
    `  <developer_name>${escapeXml(product.vendor)}</developer_name>`,
    `  <developer id="${escapeXml(developer)}">\n    <name>${escapeXml(product.vendor)}</name>\n  </developer>`,
    '  <description>',
    ...product.description.map((paragraph) => `    <p>${escapeXml(paragraph)}</p>`),
    '  </description>',
    `  <launchable type="desktop-id">${escapeXml(launchable)}</launchable>`,
    `  <url type="homepage">${escapeXml(product.homepage)}</url>`,
    '  <provides>',
    ...programs.map(({ name }) => `    <binary>${escapeXml(name)}</binary>`),
    '  </provides>',
    '  <content_rating type="oars-1.1" />',
    '</component>',
  ];
  return `${lines.join('\n')}\n`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ENTITIES[character]!).replace(/\p{Cc}/gu, ' ');
}
