// The operations, to read and to try: Swagger UI on our own description.

/** @type {(options: object) => void} */
const show = Reflect.get(window, "SwaggerUIBundle");

show({ url: "/api/openapi.json", dom_id: "#operations", deepLinking: true, docExpansion: "list", defaultModelsExpandDepth: -1 });
