/** `leads.csv` becomes `leads-callable.csv`; what came as a sheet goes as CSV. */
export function resultFileName(name: string, purpose: 'CALLABLE' | 'BLOCKED'): string {
  const [, stem, ending] = /^(.*?)(?:\.([^.]*))?$/s.exec(name)!;
  const kept = /^(?:csv|tsv|txt)$/i.test(ending ?? '') ? ending : 'csv';
  return `${stem || 'leads'}-${purpose.toLowerCase()}.${kept}`;
}
