// Bytes as the server takes and sends them: base64 text to uint8 and back.

export const decode = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

export const encode = (bytes) => btoa(String.fromCharCode(...bytes));
