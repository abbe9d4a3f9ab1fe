"""Documents of the OGC APIs: links, collections, schemas, OpenAPI, features, pages."""
