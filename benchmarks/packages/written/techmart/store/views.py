from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect, render

from .models import Address, Category, Coupon, Order, OrderItem, Product, Review, STATE, Wishlist


def cart_lines(request):
    cart = request.session.get('cart', {})
    lines = []
    total = 0
    for pid, qty in cart.items():
        product = Product.objects.filter(id=pid).first()
        if product is None:
            continue
        lines.append({'product': product, 'qty': qty, 'amount': product.price * qty})
        total += product.price * qty
    return lines, total


def home(request):
    return render(request, 'store/home.html', {
        'categories': Category.objects.all(),
        'products': Product.objects.filter(is_available=True)[:12],
    })


def search(request):
    query = request.GET['q']
    products = Product.objects.filter(Q(name__icontains=query) | Q(description__icontains=query))
    return render(request, 'store/search.html', {'products': products, 'query': query})


def category(request, slug):
    category = get_object_or_404(Category, slug=slug)
    return render(request, 'store/category.html', {'category': category, 'products': category.products.all()})


def product_detail(request, slug):
    product = get_object_or_404(Product, slug=slug, is_available=True)
    return render(request, 'store/product.html', {'product': product})


@login_required(login_url='login')
def add_review(request, slug):
    product = get_object_or_404(Product, slug=slug)
    if request.method == 'POST':
        if not OrderItem.objects.filter(order__user=request.user, product=product).exists():
            messages.info(request, 'You can only review products you bought')
            return redirect('product', slug=slug)
        rating = int(request.POST['rating'])
        if rating < 1 or rating > 5:
            messages.info(request, 'Rating must be 1 to 5')
            return redirect('product', slug=slug)
        Review.objects.create(user=request.user, product=product, rating=rating, text=request.POST['text'])
        messages.success(request, 'Thanks for your review')
    return redirect('product', slug=slug)


def cart(request):
    lines, total = cart_lines(request)
    discount = request.session.get('discount', 0)
    return render(request, 'store/cart.html', {'lines': lines, 'total': total, 'discount': discount})


def add_to_cart(request, pid):
    product = get_object_or_404(Product, id=pid)
    cart = request.session.get('cart', {})
    if product.stock < cart.get(str(pid), 0) + 1:
        messages.info(request, 'Out of stock')
        return redirect('product', slug=product.slug)
    cart[str(pid)] = cart.get(str(pid), 0) + 1
    request.session['cart'] = cart
    messages.success(request, f'{product.name} added to cart')
    return redirect('cart')


def update_cart(request):
    if request.method == 'POST':
        pid = request.POST['product_id']
        qty = int(request.POST['qty'])
        cart = request.session.get('cart', {})
        if pid not in cart:
            return JsonResponse({'status': 'error', 'message': 'Product not in cart'})
        if qty <= 0:
            cart.pop(pid)
        else:
            cart[pid] = qty
        request.session['cart'] = cart
        return JsonResponse({'status': 'ok', 'count': sum(cart.values())})
    return redirect('cart')


def remove_from_cart(request, pid):
    cart = request.session.get('cart', {})
    cart.pop(str(pid), None)
    request.session['cart'] = cart
    messages.info(request, 'Item removed')
    return redirect('cart')


def apply_coupon(request):
    if request.method == 'POST':
        code = request.POST['code']
        lines, total = cart_lines(request)
        try:
            coupon = Coupon.objects.get(code=code, active=True)
        except Coupon.DoesNotExist:
            messages.info(request, 'Invalid coupon')
            return redirect('cart')
        if total < coupon.min_amount:
            messages.info(request, f'Minimum amount is {coupon.min_amount}')
            return redirect('cart')
        request.session['discount'] = coupon.discount
        messages.success(request, 'Coupon applied')
    return redirect('cart')


@login_required(login_url='login')
def address(request):
    if request.method == 'POST':
        Address.objects.create(
            user=request.user,
            name=request.POST['name'],
            locality=request.POST['locality'],
            city=request.POST['city'],
            zipcode=request.POST['zipcode'],
            state=request.POST['state'],
        )
        messages.success(request, 'Address added')
        return redirect('address')
    return render(request, 'store/address.html', {
        'addresses': Address.objects.filter(user=request.user), 'states': STATE})


@login_required(login_url='login')
def delete_address(request, id):
    address = get_object_or_404(Address, id=id, user=request.user)
    address.delete()
    return redirect('address')


@login_required(login_url='login')
def checkout(request):
    lines, total = cart_lines(request)
    if not lines:
        messages.info(request, 'Your cart is empty')
        return redirect('home')
    addresses = Address.objects.filter(user=request.user)
    return render(request, 'store/checkout.html', {'lines': lines, 'total': total, 'addresses': addresses})


@login_required(login_url='login')
def place_order(request):
    if request.method != 'POST':
        return redirect('checkout')
    lines, total = cart_lines(request)
    if not lines:
        messages.info(request, 'Your cart is empty')
        return redirect('home')
    address = get_object_or_404(Address, id=request.POST['address'], user=request.user)
    total = total - total * request.session.get('discount', 0) / 100
    order = Order.objects.create(user=request.user, address=address, total=total,
                                 payment_mode=request.POST.get('payment_mode', 'COD'))
    for line in lines:
        OrderItem.objects.create(order=order, product=line['product'], quantity=line['qty'],
                                 price=line['product'].price)
        line['product'].stock = max(0, line['product'].stock - line['qty'])
        line['product'].save()
    request.session['cart'] = {}
    request.session['discount'] = 0
    messages.success(request, 'Order placed')
    return redirect('order_detail', id=order.id)


@login_required(login_url='login')
def orders(request):
    return render(request, 'store/orders.html', {'orders': Order.objects.filter(user=request.user).order_by('-id')})


@login_required(login_url='login')
def order_detail(request, id):
    order = get_object_or_404(Order, id=id, user=request.user)
    return render(request, 'store/order_detail.html', {'order': order})


@login_required(login_url='login')
def cancel_order(request, id):
    order = get_object_or_404(Order, id=id, user=request.user)
    if order.status != 'Placed' and order.status != 'Packed':
        messages.info(request, 'This order can not be cancelled')
        return redirect('order_detail', id=id)
    order.status = 'Cancelled'
    order.save()
    for item in order.items.all():
        item.product.stock += item.quantity
        item.product.save()
    messages.success(request, 'Order cancelled')
    return redirect('orders')


@login_required(login_url='login')
def wishlist(request):
    return render(request, 'store/wishlist.html', {'items': Wishlist.objects.filter(user=request.user)})


def toggle_wishlist(request):
    if not request.user.is_authenticated:
        return JsonResponse({'status': 'error', 'message': 'Login to continue'})
    if request.method == 'POST':
        try:
            product = Product.objects.get(id=request.POST.get('product_id'))
        except (Product.DoesNotExist, ValueError):
            return JsonResponse({'status': 'error', 'message': 'No such product'})
        item = Wishlist.objects.filter(user=request.user, product=product)
        if item.exists():
            item.delete()
            return JsonResponse({'status': 'removed'})
        Wishlist.objects.create(user=request.user, product=product)
        return JsonResponse({'status': 'added'})
    return redirect('wishlist')
