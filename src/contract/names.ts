// Spellings of names in the contract.

/** `ticket.created` and `not_found` become `TicketCreated` and `NotFound`. */
export const pascal = (text: string): string =>
  text
    .split(/[ ._]/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');

/** `assignedTo` becomes `assigned_to`, and `ApiKey` becomes `api_key`. */
export const snake = (name: string): string =>
  name.replaceAll(/(?<=[a-z0-9])[A-Z]/g, (letter) => `_${letter}`).toLowerCase();
