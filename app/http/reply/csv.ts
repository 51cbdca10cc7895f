export { delimitedLine as csvLine } from '../../../engine/audience/files/csv-line.ts'
