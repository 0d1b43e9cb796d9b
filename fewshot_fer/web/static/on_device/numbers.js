// Arrays of numbers as they travel: little-endian float32, in base64 or in a safetensors file.

/** @param {Float32Array} values */
export function pack(values) {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  let text = '';
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(text);
}

/** @param {string} text @returns {Float32Array} */
export const unpack = (text) => new Float32Array(Uint8Array.from(atob(text), (one) => one.charCodeAt(0)).buffer);

/** The arrays of a safetensors file, flat, with their shapes. @param {ArrayBuffer} file @returns {Record<string, { data: Float32Array, shape: number[] }>} */
export function tensors(file) {
  const length = Number(new DataView(file).getBigUint64(0, true));
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(file, 8, length)));
  return Object.fromEntries(Object.entries(head).filter(([name]) => name !== '__metadata__').map(([name, of]) => {
    const [start, end] = of.data_offsets;
    return [name, { data: new Float32Array(file.slice(8 + length + start, 8 + length + end)), shape: of.shape }];
  }));
}
