// The layout of every mail: the same blocks as plain text and as HTML, without images, scripts or links of strangers.
import type { Block } from './mail-texts.ts'

/** The plain-text part; lines end in `\n`. */
export function plainText(blocks: readonly Block[], footer: string): string {
  return `${blocks.map(plainBlock).join('\n\n')}\n\n-- \n${footer}\n`
}

function plainBlock(block: Block): string {
  if ('paragraph' in block) return block.paragraph
  if ('link' in block) return `${block.link.label}:\n${block.link.url}`
  if ('code' in block) return `    ${block.code}`
  if ('quote' in block) return block.quote.replace(/^/gm, '> ')
  return block.small
}

const FONT = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"

/** The HTML part: one column, inline style, readable in the dark. */
export function htmlText(
  blocks: readonly Block[],
  footer: string,
  about: { title: string; language: string },
) {
  return `<!doctype html>
<html lang="${escapeHtml(about.language)}" dir="auto">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no">
<title>${escapeHtml(about.title)}</title>
</head>
<body style="margin:0;padding:24px 16px;${FONT};font-size:16px;line-height:1.5">
<div style="max-width:34rem;margin:0 auto">
${blocks.map(htmlBlock).join('\n')}
<p style="margin:32px 0 0;padding-top:16px;border-top:1px solid #8884;font-size:13px;opacity:.75">${escapeHtml(footer)}</p>
</div>
</body>
</html>
`
}

function htmlBlock(block: Block): string {
  if ('paragraph' in block) return `<p style="margin:0 0 16px">${escapeHtml(block.paragraph)}</p>`
  if ('link' in block) {
    const style =
      'display:inline-block;padding:12px 20px;border-radius:8px;background:#2447d6;color:#fff;text-decoration:none;font-weight:600'
    return `<p style="margin:0 0 16px"><a href="${escapeHtml(block.link.url)}" style="${style}">${escapeHtml(block.link.label)}</a></p>`
  }
  if ('code' in block) {
    return `<p style="margin:0 0 16px;font-family:ui-monospace,Menlo,Consolas,monospace;font-size:28px;letter-spacing:.08em">${escapeHtml(block.code)}</p>`
  }
  if ('quote' in block) {
    return `<blockquote style="margin:0 0 16px;padding:4px 0 4px 16px;border-left:3px solid #8888;white-space:pre-line">${escapeHtml(block.quote)}</blockquote>`
  }
  return `<p style="margin:24px 0 0;font-size:14px;opacity:.8">${escapeHtml(block.small)}</p>`
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}
