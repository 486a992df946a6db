import json

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Avg, Q
from django.http import HttpResponseBadRequest, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from cart.forms import CartAddProductForm
from orders.models import OrderItem

from ..forms import ReviewForm
from ..models import Category, Product, Review, WishlistItem

SORTS = {'price': 'price', '-price': '-price', 'new': '-created', 'name': 'name'}


def product_list(request, category_slug=None):
    category = None
    products = Product.objects.filter(available=True)
    if category_slug:
        category = get_object_or_404(Category, slug=category_slug)
        products = products.filter(category=category)
    products = products.order_by(SORTS.get(request.GET.get('sort'), 'name'))
    page = Paginator(products, 6).get_page(request.GET.get('page'))
    return render(request, 'shop/product_list.html', {
        'category': category, 'categories': Category.objects.all(), 'products': page})


def product_detail(request, id, slug):
    product = get_object_or_404(Product, id=id, slug=slug, available=True)
    return render(request, 'shop/product_detail.html', {
        'product': product,
        'cart_product_form': CartAddProductForm(),
        'review_form': ReviewForm(),
        'average': product.reviews.aggregate(a=Avg('rating'))['a'],
    })


def search(request):
    query = request.GET.get('q', '').strip()
    results = Product.objects.none()
    if query:
        results = Product.objects.filter(available=True).filter(
            Q(name__icontains=query) | Q(description__icontains=query))
    return render(request, 'shop/search.html', {'query': query, 'products': results})


@login_required
@require_POST
def review_add(request, product_id):
    product = get_object_or_404(Product, id=product_id, available=True)
    if Review.objects.filter(product=product, user=request.user).exists():
        messages.warning(request, 'You have already reviewed this product.')
        return redirect(product)
    if not OrderItem.objects.filter(order__user=request.user, product=product).exists():
        messages.error(request, 'Only customers who bought this can review it.')
        return redirect(product)
    form = ReviewForm(request.POST)
    if form.is_valid():
        review = form.save(commit=False)
        review.product = product
        review.user = request.user
        review.save()
        messages.success(request, 'Thank you for your review.')
        return redirect(product)
    return render(request, 'shop/product_detail.html', {
        'product': product, 'cart_product_form': CartAddProductForm(), 'review_form': form})


@login_required
@require_POST
def review_delete(request, pk):
    review = get_object_or_404(Review, pk=pk, user=request.user)
    product = review.product
    review.delete()
    return redirect(product)


@login_required
def wishlist(request):
    return render(request, 'shop/wishlist.html', {
        'items': request.user.wishlist.select_related('product').order_by('-added')})


@require_POST
def wishlist_toggle(request):
    if not request.user.is_authenticated:
        return JsonResponse({'error': 'login required'}, status=401)
    try:
        product_id = int(json.loads(request.body)['product_id'])
    except (ValueError, KeyError, TypeError):
        return HttpResponseBadRequest('product_id missing')
    product = get_object_or_404(Product, id=product_id)
    item, created = WishlistItem.objects.get_or_create(user=request.user, product=product)
    if not created:
        item.delete()
    return JsonResponse({'in_wishlist': created, 'count': request.user.wishlist.count()})
