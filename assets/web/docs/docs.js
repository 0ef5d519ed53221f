// Nothing is fetched from anywhere else, and a token is forgotten with the page.
SwaggerUIBundle({
  dom_id: "#api",
  url: "/api/v1/openapi.json",
  validatorUrl: null,
  deepLinking: true,
  docExpansion: "none",
  filter: true,
  tryItOutEnabled: true,
  displayRequestDuration: true,
  persistAuthorization: false,
});
