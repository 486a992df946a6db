from rest_framework.views import exception_handler


def core_exception_handler(exc, context):
    response = exception_handler(exc, context)
    if response is None:
        return None
    if exc.__class__.__name__ == 'ValidationError':
        response.status_code = 422
        response.data = {'errors': response.data}
    elif exc.__class__.__name__ in ('NotFound', 'Http404', 'ProfileDoesNotExist'):
        response.data = {'errors': {'detail': 'Not found.'}}
    return response
